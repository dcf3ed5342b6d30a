"""The description of the API: whole, true, and readable without a token."""

import jsonschema_rs
import pytest
import yaml
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from rest_framework.test import APIClient

from promotions.api.urls import urlpatterns
from promotions.api.views.schema import description
from promotions.api.views.unknown import Unknown
from promotions.models import PromotionType
from promotions.models.job import CODE_LENGTH_MAX, CODE_LENGTH_MIN

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(autouse=True)
def _not_described_yet():
    """The description is made once in a process; here settings and code change in between."""
    description.cache_clear()


@pytest.fixture
def schema():
    answer = APIClient().get("/schema/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    return answer.json()


def operations(schema):
    return [(path, method, one) for path, item in schema["paths"].items() for method, one in item.items()]


def methods_of(view):
    return {method for method in METHODS if hasattr(view, method)}


def view_at(path):
    """The view that answers the address that the path of the description names."""
    address = path.removeprefix("/").replace("{", "").replace("}", "")
    return next(route.callback.cls for route in urlpatterns if route.pattern.regex.search(address))


def test_every_route_is_described_with_every_method_and_nothing_else_is(schema):
    described = {view_at(path): set(item) for path, item in schema["paths"].items()}
    views = {route.callback.cls for route in urlpatterns} - {Unknown}
    assert described == {view: methods_of(view) for view in views}
    assert len(schema["paths"]) == len(views)


def test_the_description_is_valid_and_complete(schema):
    validate_schema(schema)
    assert schema["openapi"] == "3.1.1"
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", "/dev/null")


def test_the_description_is_yaml_when_asked_for():
    answer = APIClient().get("/schema/?format=yaml")
    assert answer.headers["Content-Type"].startswith("application/vnd.oai.openapi")
    assert yaml.safe_load(answer.content) == APIClient().get("/schema/", headers={"Accept": "text/html"}).json()


def test_the_description_is_made_once_and_a_client_that_has_it_is_not_sent_it_again(monkeypatch):
    made = []
    make = SchemaGenerator.get_schema
    monkeypatch.setattr(SchemaGenerator, "get_schema", lambda *args, **how: made.append(1) or make(*args, **how))
    first, second = APIClient().get("/schema/"), APIClient().get("/schema/")
    assert first.content == second.content
    assert len(made) == 1
    again = APIClient().get("/schema/", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert APIClient().get("/schema/", headers={"If-None-Match": '"another"'}).status_code == 200
    assert APIClient().get("/schema/?format=yaml").headers["ETag"] != first.headers["ETag"]


def test_operations_have_names_that_are_theirs_alone_and_words_for_people(schema):
    names = [one["operationId"] for _, _, one in operations(schema)]
    assert len(names) == len(set(names))
    assert schema["paths"]["/v2/promotions/{promotion_id}/jobs/{job_id}/cancel"]["post"]["operationId"] == "cancelJob"
    tags = {tag["name"] for tag in schema["tags"]}
    for path, _, one in operations(schema):
        assert one["summary"], path
        assert set(one["tags"]) <= tags, path


def test_every_operation_of_the_api_needs_a_token_of_the_right_scope(schema):
    for path, method, one in operations(schema):
        scope = "read" if method == "get" else "write"
        assert one.get("security", []) == ([{"oauth2": [scope]}] if path.startswith("/v2/") else []), path
    flow = schema["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    assert (flow["tokenUrl"], set(flow["scopes"])) == ("/oauth/access_token", {"read", "write"})


def contents(schema):
    for path, method, one in operations(schema):
        for body in [one.get("requestBody", {}), *one["responses"].values()]:
            for content in body.get("content", {}).values():
                yield f"{method} {path}", content


def test_every_example_is_as_its_schema_says(schema):
    shown = 0
    for operation, content in contents(schema):
        validator = jsonschema_rs.validator_for(content["schema"] | {"components": schema["components"]})
        for example in content.get("examples", {}).values():
            assert not list(validator.iter_errors(example["value"])), operation
            shown += 1
    assert shown > 20


def test_bounds_are_those_of_the_code(settings):
    settings.PROMOTIONS_MAX_CODES = 5000
    parameters = APIClient().get("/schema/").json()["components"]["schemas"]["JobParameters"]["properties"]
    assert parameters["number_of_codes"]["maximum"] == 5000
    assert (parameters["code_length"]["minimum"], parameters["code_length"]["maximum"]) == (
        CODE_LENGTH_MIN,
        CODE_LENGTH_MAX,
    )


@pytest.mark.parametrize("promotion_type", PromotionType.values)
def test_a_new_promotion_has_the_schema_of_its_type(schema, promotion_type):
    variants = schema["components"]["schemas"]["NewPromotion"]["oneOf"]
    named = [schema["components"]["schemas"][one["$ref"].rpartition("/")[2]] for one in variants]
    assert [one["properties"]["promotion_type"]["const"] for one in named].count(promotion_type) == 1
