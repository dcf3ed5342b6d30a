"""Describes the operations of promotions."""

from collections.abc import Mapping

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from promotions.api.filters import Filterable
from promotions.api.promotion_search import ADVANCED, SEARCH_HEADER
from promotions.api.schema import samples
from promotions.api.schema.answers import TEXT
from promotions.api.schema.extensions import PromotionChange
from promotions.api.schema.operations import WITH_BODY, Decorator, answers, asks, operation, refusal
from promotions.api.schema.parameters import PAGE, PROMOTION_ID, filtered_by
from promotions.api.serializers.promotion import PromotionSerializer
from promotions.errors import CodesInTheWay, JobInTheWay

TAG = "Promotions"


def list_promotions(fields: Mapping[str, Filterable], search_fields: Mapping[str, Filterable]) -> Decorator:
    search = OpenApiParameter(
        SEARCH_HEADER,
        TEXT,
        OpenApiParameter.HEADER,
        examples=[OpenApiExample(ADVANCED, ADVANCED)],
        description=(
            f"With `{ADVANCED}`, promotions of which something has been redeemed are found by more fields of `filter`: "
            + ", ".join(f"`{name}` ({', '.join(field.operators)})" for name, field in search_fields.items())
        ),
    )
    return operation(
        "listPromotions",
        TAG,
        "List promotions",
        "Newest first.",
        answer="PromotionPage",
        means="A page of promotions.",
        refusals=[400],
        parameters=[*PAGE, filtered_by(fields, "eq(code,SUMMER-VIP)"), search],
    )


create_promotion = operation(
    "createPromotion",
    TAG,
    "Create a promotion",
    "What `schema` must have depends on `promotion_type`. An automatic promotion takes no codes.",
    status=201,
    answer="PromotionAnswer",
    means="The new promotion.",
    request=PromotionSerializer,
    refusals=WITH_BODY,
    examples=[
        asks("Five dollars off", samples.NEW_PROMOTION),
        answers("The new promotion", {"data": samples.PROMOTION}, 201),
    ],
)

get_promotion = operation(
    "getPromotion",
    TAG,
    "Get a promotion",
    answer="PromotionAnswer",
    means="The promotion.",
    refusals=[404],
    parameters=[PROMOTION_ID],
    examples=[answers("The promotion", {"data": samples.PROMOTION})],
)

update_promotion = operation(
    "updatePromotion",
    TAG,
    "Change a promotion",
    "Fields that are left out stay as they are. The type cannot be changed. A promotion that had ended and is given "
    "an end in the future loses its codes.",
    answer="PromotionAnswer",
    means="The promotion as it is now.",
    request=PromotionChange,
    refusals=[*WITH_BODY, 404, 422],
    parameters=[PROMOTION_ID],
    examples=[
        asks("Another name", {"type": "promotion", "id": samples.PROMOTION_ID, "name": "Late summer"}),
        refusal(CodesInTheWay()),
        refusal(JobInTheWay()),
    ],
)

delete_promotion = operation(
    "deletePromotion",
    TAG,
    "Delete a promotion",
    "It is gone at once, whatever it has. Its active job is cancelled, its codes are removed in the background.",
    status=204,
    means="It is gone.",
    refusals=[404],
    parameters=[PROMOTION_ID],
)

list_versions = operation(
    "listVersions",
    TAG,
    "List the versions of a promotion",
    "Newest first; the first is the promotion as it is now. Older ones have an `id` of their own.",
    answer="VersionPage",
    means="A page of versions.",
    refusals=[400, 404],
    parameters=[PROMOTION_ID, *PAGE],
)
