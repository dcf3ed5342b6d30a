"""Describes the operations of promotions."""

from collections.abc import Mapping

from promotions.api.filters import Filterable
from promotions.api.schema import samples
from promotions.api.schema.extensions import PromotionChange
from promotions.api.schema.operations import WITH_BODY, Decorator, answers, asks, operation, refusal
from promotions.api.schema.parameters import PAGE, PROMOTION_ID, filtered_by
from promotions.api.serializers.promotion import PromotionSerializer
from promotions.errors import CodesInTheWay, JobInTheWay

TAG = "Promotions"


def list_promotions(fields: Mapping[str, Filterable]) -> Decorator:
    return operation(
        "listPromotions",
        TAG,
        "List promotions",
        "Newest first.",
        answer="PromotionPage",
        means="A page of promotions.",
        refusals=[400],
        parameters=[*PAGE, filtered_by(fields, "eq(code,SUMMER-VIP)")],
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
