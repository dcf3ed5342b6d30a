"""Changing a promotion: the rules that need the row as it was, its codes and its jobs, for every door.

A promotion is changed in one transaction that has locked its row before reading it, so that nothing that these
rules look at changes in between, and nobody's change is lost.
"""

from collections.abc import Iterable
from copy import copy
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from promotions.errors import CodesInTheWay, JobInTheWay, TooManyCodesToRevive
from promotions.models.code import PromotionCode
from promotions.models.promotion import Promotion
from promotions.states import Status

CODES_TO_REVIVE = 1000


def change(promotion: Promotion, fields: dict[str, Any], by: str) -> Promotion:
    """Give the `fields` of a locked promotion new values, and return it as it is then.

    Raises ValidationError for what no promotion can be, and a subclass of Refused for what this one cannot become.
    """
    changed = copy(promotion)
    for name, value in fields.items():
        setattr(changed, name, value)
    changed.full_clean()
    revived = check_change(promotion, changed)
    save_change(changed, fields, by, revived=revived)
    return changed


def check_change(before: Promotion, after: Promotion) -> bool:
    """Raises a subclass of Refused when a locked promotion cannot change like this.

    Returns whether it is revived: it had ended, and is given an end in the future.
    """
    revived = before.end <= timezone.now() < after.end
    if revived:
        _check_revival(before)
    if after.automatic and not before.automatic and _has_codes(before, revived):
        raise CodesInTheWay
    if (before.start, before.end) != (after.start, after.end) and not revived:
        after.check_length(_codes_promised(before), "data.end")
    return revived


def save_change(after: Promotion, fields: Iterable[str], by: str, *, revived: bool) -> int:
    """Write these fields of a locked promotion, and no others: workers count codes.

    `revived` is what `check_change` said; a promotion that is revived loses its codes. Returns how many.
    """
    after.updated_by = by
    after.save(update_fields=[*fields, "updated_by", "updated_at"])
    return _remove_codes(after) if revived else 0


def _check_revival(promotion: Promotion) -> None:
    if promotion.code_count > CODES_TO_REVIVE:
        raise TooManyCodesToRevive(CODES_TO_REVIVE)
    # Its codes could be neither removed, as a worker is adding to them, nor kept.
    if promotion.jobs.active().exists():
        raise JobInTheWay


def _has_codes(promotion: Promotion, revived: bool) -> bool:
    return not revived and (promotion.code_count > 0 or promotion.jobs.active().exists())


def _codes_promised(promotion: Promotion) -> int:
    """The codes that it has, and those that a job will reserve as soon as a worker begins with it."""
    waiting = promotion.jobs.filter(status=Status.PENDING).aggregate(codes=Sum("number_of_codes"))["codes"]
    return promotion.code_count + (waiting or 0)


def _remove_codes(promotion: Promotion) -> int:
    removed = promotion.codes.all().delete()[1].get(PromotionCode._meta.label, 0)
    Promotion.objects.filter(pk=promotion.pk).give_back(removed)
    return removed
