"""Parameters of requests, and headers of answers, with the bounds that the code has."""

from collections.abc import Iterable, Mapping

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from promotions.api.errors import BUSY_RETRY_AFTER
from promotions.api.filters import MAX_FILTERS, MAX_LENGTH, Filterable
from promotions.api.idempotency import HEADER, REPLAYED, VISIBLE
from promotions.api.pagination import LIMIT_DEFAULT, LIMIT_MAX, OFFSET_MAX
from promotions.api.schema.answers import TEXT, UUID, Schema
from promotions.models.code import CODE_MAX_LENGTH


def in_path(name: str, schema: Schema, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.PATH, description=description)


PROMOTION_ID = in_path("promotion_id", UUID, "The id of the promotion.")
JOB_ID = in_path("job_id", UUID, "The id of the job.")
USAGE_ID = in_path("usage_id", UUID, "The id of the usage.")
CODE = in_path(
    "code",
    {"type": "string", "minLength": 1, "maxLength": CODE_MAX_LENGTH},
    "The text of the code, percent-encoded; it may have slashes in it.",
)

PAGE = (
    OpenApiParameter(
        "page[limit]",
        {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT},
        description="How many rows the page has.",
    ),
    OpenApiParameter(
        "page[offset]",
        {"type": "integer", "minimum": 0, "maximum": OFFSET_MAX, "default": 0},
        description="How many rows come before the page.",
    ),
)

IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "pattern": f"^{VISIBLE.pattern}$"},
    OpenApiParameter.HEADER,
    required=True,
    description=(
        "A text of your own, new for each order. A request that comes again with the same key does nothing and "
        "is given the first answer again; the key with another request is refused. Keys are kept for 24 hours, unless "
        "set otherwise."
    ),
    examples=[OpenApiExample("An order", "order-1001-redeem")],
)


def replayed(status: int) -> OpenApiParameter:
    """The header of an answer that is given again."""
    return OpenApiParameter(
        REPLAYED,
        {"type": "string", "enum": ["true"]},
        OpenApiParameter.HEADER,
        response=[status],
        description="Present when the answer is an earlier one, given again.",
    )


RETRY_AFTER = OpenApiParameter(
    "Retry-After",
    {"type": "integer", "minimum": int(BUSY_RETRY_AFTER)},
    OpenApiParameter.HEADER,
    response=[429, 503],
    required=True,
    description="Seconds after which to try again.",
)
AUTHENTICATE = OpenApiParameter(
    "WWW-Authenticate", TEXT, OpenApiParameter.HEADER, response=[401], required=True, description="Begins with Bearer."
)


def filtered_by(fields: Mapping[str, Filterable], *examples: str) -> OpenApiParameter:
    """The `filter` of a list whose rows can be filtered by these fields."""
    lines = [f"* `{name}`: {', '.join(field.operators)}" for name, field in fields.items()]
    description = (
        "`operator(field,value)`; `:` between two means and, `(a|b)` means or. A value with brackets or commas stands "
        f"in quotes. At most {MAX_FILTERS} comparisons. Fields and their operators:\n\n"
    ) + "\n".join(lines)
    return OpenApiParameter(
        "filter",
        {"type": "string", "maxLength": MAX_LENGTH},
        description=description,
        examples=[OpenApiExample(text, text) for text in examples],
    )


def sorted_by(names: Iterable[str], default: str) -> OpenApiParameter:
    """The `sort` of a list that can be sorted by these names."""
    choices = [f"{sign}{name}" for name in sorted(names) for sign in ("", "-")]
    return OpenApiParameter(
        "sort",
        {"type": "string", "enum": choices, "default": default},
        description="The order of the rows; with `-` in front, descending.",
    )
