"""Using codes up and giving uses back: every rule about it, for every door. Nothing about requests and keys.

How many uses are left is decided by one conditional UPDATE of the code's row, never by a number read before, so
that no number of shoppers at one moment can use a code more often than it allows.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Least
from django.utils import timezone

from promotions.errors import (
    CodeDisabled,
    CodeExhausted,
    CodeOfAnotherCustomer,
    NotFound,
    PromotionDisabled,
    PromotionExpired,
    PromotionNotStarted,
    Refused,
    UsageAlreadyReversed,
)
from promotions.models import ConsumeUnit, Promotion, PromotionCode, Usage
from promotions.models.promotion import PromotionState
from promotions.models.usage import ANONYMIZED
from promotions.models.webhook import WebhookEvent, announce

# Whose codes are not redeemed, and what that is told by.
REFUSALS: dict[PromotionState, type[Refused]] = {
    PromotionState.DISABLED: PromotionDisabled,
    PromotionState.SCHEDULED: PromotionNotStarted,
    PromotionState.EXPIRED: PromotionExpired,
}


def redeem(
    text: str,
    *,
    order_id: str,
    customer_id: str = "",
    customer_email: str = "",
    quantity: int = 1,
    now: datetime | None = None,
) -> Usage:
    """Use the code `text` for an order in which it discounts `quantity` items. One transaction.

    A code per item loses `quantity` uses, a code per cart one. Returns the usage. Raises NotFound for a code that
    is not live, and another subclass of Refused when the code, its promotion or the customer does not allow it;
    then nothing has changed.
    """
    now = now or timezone.now()
    with transaction.atomic():
        code = PromotionCode.objects.live().select_related("promotion").filter(code=text).first()
        if code is None or code.promotion.deleted_at:
            raise NotFound("code")
        _check_promotion(code.promotion, now)
        if code.user and code.user != customer_id:
            raise CodeOfAnotherCustomer
        times = quantity if code.consume_unit == ConsumeUnit.PER_ITEM else 1
        _take_uses(code, times)
        usage = Usage.objects.create(
            promotion_id=code.promotion_id,
            code=code.code,
            code_id=code.pk,
            order_id=order_id,
            customer_id=customer_id,
            customer_email=customer_email,
            times_used=times,
            used_on=now,
            updated_at=now,
        )
        announce(WebhookEvent.CODE_REDEEMED, lambda: usage.told(code.promotion.uuid))
        return usage


def _check_promotion(promotion: Promotion, now: datetime) -> None:
    if refusal := REFUSALS.get(promotion.state(now)):
        raise refusal


def _take_uses(code: PromotionCode, times: int) -> None:
    row = PromotionCode.objects.filter(pk=code.pk)
    # Without a limit `uses` is null, and null it stays.
    if row.filter(Q(uses=None) | Q(uses__gte=times), disabled_at=None).update(uses=F("uses") - times):
        return
    # Deleted since it was read, switched off, or used up.
    if (current := row.first()) is None:
        raise NotFound("code")
    raise CodeDisabled if current.disabled_at else CodeExhausted


def reverse(usage_id: UUID, *, by: str = "", now: datetime | None = None) -> Usage:
    """Give back what a usage took, because its order was cancelled. One transaction.

    `by` names who did it. Returns the usage; when the code is gone there is nothing to give back to. Raises
    NotFound, or UsageAlreadyReversed the second time.
    """
    now = now or timezone.now()
    row = Usage.objects.filter(uuid=usage_id)
    with transaction.atomic():
        is_mine = row.filter(reversed_at=None).update(reversed_at=now, reversed_by=by, updated_at=now, updated_by=by)
        usage = row.first()
        if usage is None:
            raise NotFound("usage")
        if not is_mine:
            raise UsageAlreadyReversed
        # Never above the maximum, should that have been lowered meanwhile.
        limited = PromotionCode.objects.filter(pk=usage.code_id, uses__isnull=False)
        limited.update(uses=Least(F("uses") + usage.times_used, F("max_uses")))
    return usage


def anonymize(usage_ids: Sequence[UUID], *, by: str = "", now: datetime | None = None) -> list[Usage]:
    """Take the customer's e-mail address out of the usages, for good. One transaction.

    `by` names who did it. Returns the usages that are there, in the order of `usage_ids`.
    """
    with transaction.atomic():
        # Locked in one order, so that two requests with the same usages do not wait for each other for ever.
        wanted = Usage.objects.filter(uuid__in=usage_ids).order_by("id")
        found = list(wanted.select_for_update().values_list("id", flat=True))
        rows = Usage.objects.filter(id__in=found)
        rows.update(customer_email=ANONYMIZED, anonymized=True, updated_by=by, updated_at=now or timezone.now())
        usages = {usage.uuid: usage for usage in rows}
    return [usages[usage_id] for usage_id in dict.fromkeys(usage_ids) if usage_id in usages]
