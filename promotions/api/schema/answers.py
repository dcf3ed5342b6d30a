"""The bodies of answers, which the serializers' `to_representation` write; and the shapes that requests share."""

from typing import Any

from promotions.api.pagination import COUNTED, LIMIT_MAX, OFFSET_MAX
from promotions.models import ConsumeUnit, Job, JobType, PromotionType
from promotions.models.job import CODE_LENGTH_MAX, CODE_LENGTH_MIN
from promotions.models.promotion_schema import CART_LEVEL, LIMITS, SCHEMAS
from promotions.states import Status

Schema = dict[str, Any]

TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": 0}
UUID = {"type": "string", "format": "uuid"}
MOMENT = {"type": "string", "format": "date-time"}
LINK = {"type": "string", "format": "uri"}
BOOLEAN = {"type": "boolean"}


def ref(name: str) -> Schema:
    """A reference to the component of this name."""
    return {"$ref": f"#/components/schemas/{name}"}


def described(schema: Schema, description: str) -> Schema:
    return schema | {"description": description}


def one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def record(properties: Schema, optional: Schema | None = None, **more: Any) -> Schema:
    """An object that always has `properties`, and perhaps those that are `optional`."""
    return {
        "type": "object",
        "properties": properties | (optional or {}),
        "required": list(properties),
        **more,
    }


def timestamps(*names: str, **optional: Schema) -> Schema:
    return record(dict.fromkeys(names, MOMENT), optional)


def data(item: Schema) -> Schema:
    """`{"data": item}`, as most answers are."""
    return record({"data": item})


def camel_case(name: str) -> str:
    """`fixed_discount` as a component is named: `FixedDiscount`."""
    return "".join(part.capitalize() for part in name.split("_"))


def schema_name(promotion_type: str) -> str:
    """The component that is the `schema` of promotions of this type."""
    return f"{camel_case(promotion_type)}Schema"


def variant(promotion_type: str) -> Schema:
    """What a promotion of this type has of its own, in requests and in answers."""
    only = {"max_applications_per_cart": {"maximum": 0}} if promotion_type in CART_LEVEL else {}
    properties = {"promotion_type": {"const": promotion_type}, "schema": ref(schema_name(promotion_type))}
    return {
        "type": "object",
        "title": str(PromotionType(promotion_type).label),
        "properties": properties | only,
        "required": list(properties),
    }


VARIANTS = {promotion_type: camel_case(promotion_type) for promotion_type in PromotionType.values}


def promotion(**meta: Schema) -> Schema:
    """A promotion or a version of one, with what else its `meta` has."""
    return record(
        {
            "type": one_of("promotion"),
            "id": UUID,
            "parent_id": described(UUID, "The id of the promotion that this is a version of; its own, if current."),
            "name": TEXT,
            "description": TEXT,
            "enabled": BOOLEAN,
            "promotion_type": one_of(*PromotionType.values),
            "schema": described({"type": "object"}, "What the promotion does; its form depends on the type."),
            "start": MOMENT,
            "end": MOMENT,
            "current": described(BOOLEAN, "Whether this is the promotion as it is, and not an older version of it."),
            "meta": record({"timestamps": timestamps("created_at", "updated_at"), **meta}),
        },
        {
            "automatic": described({"const": True}, "Left out when false."),
            "min_cart_value": LIMITS.schema,
            "max_discount_value": LIMITS.schema,
            "max_applications_per_cart": described({"type": "integer", "minimum": 1}, "Left out without a limit."),
            "created_by": TEXT,
            "updated_by": TEXT,
        },
        oneOf=[ref(name) for name in VARIANTS.values()],
    )


CHANGED = described({"type": "array", "items": TEXT}, "The fields that differ from the version before.")

CODE = record(
    {
        "type": one_of("promotion_codes"),
        "id": TEXT,
        "code": TEXT,
        "consume_unit": one_of(*ConsumeUnit.values),
        "meta": record({"timestamps": timestamps("created_at")}),
    },
    {
        "uses": described(COUNT, "How often it can still be used. Left out when that is unlimited."),
        "max_uses": described(COUNT, "How often it could be used at first. Left out when that is unlimited."),
        "user": described(TEXT, "The customer who alone can use it."),
        "created_by": TEXT,
    },
)

JOB = record(
    {
        "type": one_of("promotion_job"),
        "id": UUID,
        "promotion_id": UUID,
        "job_type": one_of(*JobType.values),
        "name": {"type": "string", "maxLength": Job._meta.get_field("name").max_length},
        "status": one_of(*Status.values),
        "meta": record(
            {"timestamps": timestamps("created_at", "updated_at")},
            {
                "progress": record(
                    {"done": COUNT, "total": COUNT, "fraction": {"type": "number", "minimum": 0, "maximum": 1}},
                    description="How far a job is that is processing or cancelling: codes that are there, or rows.",
                )
            },
        ),
    },
    {
        "rule_promotion_id": described(UUID, "The same as `promotion_id`; only at the address of rule promotions."),
        "parameters": record(
            {"number_of_codes": {"type": "integer", "minimum": 1}},
            {
                "consume_unit": one_of(*ConsumeUnit.values),
                "max_uses_per_code": COUNT,
                "code_length": {"type": "integer", "minimum": CODE_LENGTH_MIN, "maximum": CODE_LENGTH_MAX},
                "code_prefix": TEXT,
            },
            description="As they were given; only of jobs that generate codes.",
        ),
        "error": described(TEXT, "Why the job failed; only of failed jobs."),
        "result": record(
            {"generated": described(COUNT, "Codes that were made.")},
            {"deleted": described(COUNT, "Codes that were removed again, because the job was cancelled or failed.")},
            description="Only of jobs that generate codes, once they have begun.",
        ),
    },
)

USAGE = record(
    {
        "id": UUID,
        "order_id": TEXT,
        "code_id": TEXT,
        "code": TEXT,
        "times_used": {"type": "integer", "minimum": 1},
        "used_on": MOMENT,
        "customer_id": TEXT,
        "cusomter_id": described(TEXT, "The same, spelled as in Elastic Path's documentation."),
        "customer_email": described(TEXT, "`**` when it has been anonymized."),
        "meta": record({"timestamps": timestamps("updated_at", reversed_at=MOMENT)}),
        "anonymized": BOOLEAN,
    },
    {"updated_by": TEXT},
)

PAGE_OF_RESULTS = {
    "links": record(
        {
            "current": TEXT,
            "first": TEXT,
            **{name: {"type": ["string", "null"]} for name in ("last", "prev", "next")},
        },
        description="Absolute, with brackets as they are. `last` is null when there is one page only.",
    ),
    "meta": record(
        {
            "page": record(
                {
                    "limit": {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX},
                    "offset": {"type": "integer", "minimum": 0, "maximum": OFFSET_MAX},
                    "current": described({"type": "integer", "minimum": 1}, "The number of this page, from 1 on."),
                    "total": described({"type": "integer", "minimum": 1}, "How many pages there are."),
                }
            ),
            "results": record(
                {"total": described(COUNT, "How many rows there are in all pages.")},
                {"capped": described({"const": True}, f"Present when there are more than {COUNTED}: `total` is this.")},
            ),
        }
    ),
}

FAULT = record(
    {"status": {"type": "string", "pattern": r"^[45]\d\d$"}, "title": TEXT},
    {
        "detail": TEXT,
        "source": described(TEXT, "The place of the fault: a path in the body, a parameter or a header."),
        "meta": record({"usage_ids": {"type": "array", "items": TEXT}}),
        "request_id": described(UUID, "Of a fault of our own: the id under which it stands in the log."),
    },
)

ERRORS = record({"errors": {"type": "array", "items": ref("Error"), "minItems": 1}})

TOKEN = record(
    {
        "expires": described({"type": "integer"}, "Seconds since 1970."),
        "identifier": one_of("client_credentials"),
        "expires_in": described({"type": "integer"}, "Seconds from now."),
        "access_token": TEXT,
        "token_type": one_of("Bearer"),
    }
)


def page_of(name: str) -> Schema:
    """A page of the component of this name."""
    return record({"data": {"type": "array", "items": ref(name), "maxItems": LIMIT_MAX}, **PAGE_OF_RESULTS})


# What requests and answers have in common.
SHARED: dict[str, Schema] = {
    **{name: variant(promotion_type) for promotion_type, name in VARIANTS.items()},
    **{schema_name(promotion_type): dict(rule.schema) for promotion_type, rule in SCHEMAS.items()},
}
ANSWERS: dict[str, Schema] = {
    "Promotion": promotion(),
    "Version": promotion(changed=CHANGED),
    "VersionPage": page_of("Version"),
    "PromotionAnswer": data(ref("Promotion")),
    "PromotionPage": page_of("Promotion"),
    "Code": CODE,
    "CodePage": page_of("Code"),
    "Job": JOB,
    "JobAnswer": data(ref("Job")),
    "JobPage": page_of("Job"),
    "JobFile": record(
        {"href": described(LINK, "Where the file is to be had, for a while and without a token.")},
        {"sha256": described(TEXT, "The SHA-256 of the file, in hexadecimal. Absent for old exports.")},
    ),
    "Usage": USAGE,
    "UsageAnswer": data(ref("Usage")),
    "UsagePage": page_of("Usage"),
    "AnonymizedUsages": record(
        {"data": {"type": "array", "items": ref("Usage"), "minItems": 1}},
        {"errors": described(ERRORS["properties"]["errors"], "Names the usages that are not there.")},
    ),
    "Error": FAULT,
    "Errors": ERRORS,
    "Token": TOKEN,
}
