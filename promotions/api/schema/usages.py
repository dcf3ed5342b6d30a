"""Describes the operations of usages: redeeming, giving back, listing and anonymizing."""

from collections.abc import Iterable, Mapping

from drf_spectacular.utils import OpenApiParameter

from promotions.api.filters import Filterable
from promotions.api.schema import samples
from promotions.api.schema.operations import WITH_BODY, Decorator, answers, asks, operation, refusal
from promotions.api.schema.parameters import (
    CODE,
    IDEMPOTENCY_KEY,
    PAGE,
    PROMOTION_ID,
    USAGE_ID,
    filtered_by,
    replayed,
    sorted_by,
)
from promotions.api.serializers.usage import AnonymizeSerializer, RedeemSerializer
from promotions.api.sorting import SORTED_MAX
from promotions.errors import CodeDisabled, CodeExhausted, IdempotencyKeyReused, PromotionExpired, UsageAlreadyReversed

TAG = "Usages"

redeem_code = operation(
    "redeemCode",
    TAG,
    "Redeem a code",
    "Uses the code for an order, exactly as often as it allows: a code per cart loses one use, a code per item "
    "`quantity` uses.",
    status=201,
    answer="UsageAnswer",
    means="The usage.",
    request=RedeemSerializer,
    refusals=[*WITH_BODY, 404, 422],
    parameters=[IDEMPOTENCY_KEY, replayed(201)],
    examples=[
        asks("An order", samples.REDEMPTION),
        answers("The usage", {"data": samples.USAGE}, 201),
        refusal(CodeExhausted()),
        refusal(CodeDisabled()),
        refusal(PromotionExpired()),
        refusal(IdempotencyKeyReused()),
    ],
)

reverse_usage = operation(
    "reverseUsage",
    TAG,
    "Reverse a usage",
    "Gives back what a cancelled order took from its code. There is no body.",
    answer="UsageAnswer",
    means="The usage, which has been reversed.",
    refusals=[400, 404, 422],
    parameters=[USAGE_ID, IDEMPOTENCY_KEY, replayed(200)],
    examples=[refusal(UsageAlreadyReversed())],
)

anonymize_usages = operation(
    "anonymizeUsages",
    TAG,
    "Anonymize usages",
    "Takes the e-mail addresses out of usages, for good.",
    answer="AnonymizedUsages",
    means="The usages that are there; those that are not are named beside them.",
    request=AnonymizeSerializer,
    refusals=[*WITH_BODY, 404],
    examples=[asks("One usage", {"usage_ids": [samples.USAGE_ID]})],
)


def list_promotion_usages(fields: Mapping[str, Filterable], sort: Iterable[str], default: str) -> Decorator:
    return _list(
        "listPromotionUsages",
        "List the usages of a promotion",
        "In the order in which they last changed, unless asked otherwise. "
        f"More than {SORTED_MAX:,} are sorted by `updated_at` or `used_on` only: narrow them by a filter first.",
        [PROMOTION_ID, filtered_by(fields, "eq(code,SUMMER-VIP)", "ge(used_on,2026-06-01)"), sorted_by(sort, default)],
    )


def list_code_usages(fields: Mapping[str, Filterable], sort: Iterable[str], default: str) -> Decorator:
    return _list(
        "listCodeUsages",
        "List the usages of a code",
        "Oldest first, unless asked otherwise; also of a code that has been deleted since.",
        [PROMOTION_ID, CODE, filtered_by(fields, "ge(used_on,2026-06-01)"), sorted_by(sort, default)],
    )


def _list(name: str, summary: str, description: str, parameters: list[OpenApiParameter]) -> Decorator:
    return operation(
        name,
        TAG,
        summary,
        description,
        answer="UsagePage",
        means="A page of usages.",
        refusals=[400, 404],
        parameters=[*parameters, *PAGE],
    )
