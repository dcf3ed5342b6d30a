"""The API's description as schemathesis takes it: with closed answers, and with names of things that are there."""

import json
import os

import schemathesis
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer

from promotions.api.schema.answers import ANSWERS
from tests.fuzz.world import CLIENT, CODES, FILE, JOBS, PROMOTIONS, UNKNOWN, USAGES

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
EXAMPLES_DEFAULT = 10

# What good requests name in addresses: mostly things that are there. The first that fits.
NAMES = {
    "promotion_id": [("/jobs/", [PROMOTIONS[0], PROMOTIONS[3]]), ("/codes/", PROMOTIONS[1:2]), ("", PROMOTIONS)],
    "job_id": [("", [*JOBS, UNKNOWN])],
    "usage_id": [("", [*USAGES, UNKNOWN])],
    "code": [("", [*CODES, UNKNOWN])],
    "name": [("", [FILE])],
}
FILTERS = ["eq(code,VIP)", "eq(status,pending)", "eq(job_type,code_export)", "ge(used_on,2026-01-01)"]

# The bounds of these bodies alone make thousands of requests: only when more are asked for.
LARGE = {"include-operation-id": ["createPromotion", "updatePromotion"], "phases": {"coverage": {"enabled": False}}}

CONFIG = {
    # By default the same requests every time, so that no change is blamed for what another has broken. A request
    # that fails is shown as it is: making it smaller takes minutes.
    "generation": {
        "max-examples": EXAMPLES or EXAMPLES_DEFAULT,
        "deterministic": not EXAMPLES,
        "no-shrink": True,
        # The token comes with every request; requests without are made by schemathesis' check of ignored tokens.
        "with-security-parameters": False,
    },
    "operations": [] if EXAMPLES else [LARGE],
    "suppress-health-check": ["all"],
    "dictionaries": {"filters": {"values": FILTERS}},
    "parameters": {"query.filter": {"dictionary": "filters", "probability": 0.5}},
    "checks": {
        # 400 and 422 are looked at by a check of our own, which asks for the reason.
        "positive_data_acceptance": {"expected-statuses": ["2xx", "400", "401", "403", "404", "422"]},
    },
}


def description():
    """What `/schema/` says."""
    return json.loads(OpenApiJsonRenderer().render(SchemaGenerator().get_schema(public=True)))


def closed(schema):
    """The schema of an answer, closed: a field that it does not name makes the test fail."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(one) for name, one in schema.items()}
    return inner | ({"unevaluatedProperties": False} if "properties" in schema and "type" in schema else {})


def name_what_is_there(paths):
    """Lets good requests have these names in their addresses, and no others."""
    for path, operations in paths.items():
        for parameter in (one for operation in operations.values() for one in operation.get("parameters", [])):
            if parameter["in"] == "path":
                parameter["schema"]["enum"] = next(names for part, names in NAMES[parameter["name"]] if part in path)


def load():
    """The description, ready to be tried out."""
    said = description()
    # The same on the wire. Of this scheme alone schemathesis looks whether the API does without a token, too.
    said["components"]["securitySchemes"]["oauth2"] = {"type": "http", "scheme": "bearer"}
    name_what_is_there(said["paths"])
    for content in said["paths"]["/oauth/access_token"]["post"]["requestBody"]["content"].values():
        content["schema"]["properties"] |= {name: {"enum": [value]} for name, value in CLIENT.items()}
    said["components"]["schemas"] |= {name: closed(schema) for name, schema in ANSWERS.items()}
    return schemathesis.openapi.from_dict(said, config=schemathesis.Config.from_dict(CONFIG))
