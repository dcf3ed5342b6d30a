"""Describes the operations of codes."""

from collections.abc import Mapping

from promotions.api.filters import Filterable
from promotions.api.schema import samples
from promotions.api.schema.operations import WITH_BODY, Decorator, asks, operation, refusal
from promotions.api.schema.parameters import CODE, PAGE, PROMOTION_ID, filtered_by
from promotions.api.serializers.code import CodesToDeleteSerializer, NewCodesSerializer
from promotions.errors import DuplicateCodes, NoCodesAllowed

TAG = "Codes"


def list_codes(fields: Mapping[str, Filterable]) -> Decorator:
    return operation(
        "listCodes",
        TAG,
        "List codes",
        "Oldest first. The codes of a job are there when it has completed, all at once.",
        answer="CodePage",
        means="A page of codes.",
        refusals=[400, 404],
        parameters=[PROMOTION_ID, *PAGE, filtered_by(fields, "eq(code,SUMMER-VIP)")],
    )


create_codes = operation(
    "createCodes",
    TAG,
    "Add codes",
    "All or none of them. `consume_unit` beside the list is for those that have none of their own.",
    status=201,
    answer="PromotionAnswer",
    means="The promotion.",
    request=NewCodesSerializer,
    refusals=[*WITH_BODY, 404, 422],
    parameters=[PROMOTION_ID],
    examples=[
        asks("Two codes", {"type": "promotion_codes", "codes": samples.CODES}),
        refusal(NoCodesAllowed()),
        refusal(DuplicateCodes([0])),
    ],
)

delete_codes = operation(
    "deleteCodes",
    TAG,
    "Delete codes",
    "All or none of them, for good. A request that names no code is refused.",
    status=204,
    means="They are gone.",
    request=CodesToDeleteSerializer,
    refusals=[*WITH_BODY, 404],
    parameters=[PROMOTION_ID],
    examples=[asks("One code", {"type": "promotion_codes", "codes": [{"code": "SUMMER-2"}]})],
)

delete_code = operation(
    "deleteCode",
    TAG,
    "Delete a code",
    "For good. The id of a code in the place of its text will do, too.",
    status=204,
    means="It is gone.",
    refusals=[404],
    parameters=[PROMOTION_ID, CODE],
)
