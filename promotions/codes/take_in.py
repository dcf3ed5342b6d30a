"""Taking in promotions and codes that have lived in another system, with their ids and times.

The rules are those of every door: a promotion is made by `promotion_change.create`, codes are added by `by_hand.add`.
What is here already stays as it is, so that taking the same in again changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from promotions.codes import by_hand
from promotions.errors import DeletedHere, DuplicateCodes, NoCodesAllowed
from promotions.models import Promotion, PromotionCode
from promotions.models.promotion_change import FIELDS, create

# What one query looks for and one call adds; SQLite takes 32,766 values at most.
BATCH = 1000

OF_A_CODE = ("code", "uses", "max_uses", "consume_unit", "user", "created_by", "created_at")


@dataclass(frozen=True)
class Origin:
    """Who made and changed a promotion where it comes from, and when; what is not known is empty."""

    created_by: str = ""
    updated_by: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True)
class Found:
    """The promotion as it is here, whether it was made now, and in which fields it is not what was given."""

    promotion: Promotion
    is_new: bool
    differs: tuple[str, ...] = ()


def promotion(given: Promotion, origin: Origin, by: str) -> Found:
    """Make the `given` promotion, which has its uuid, as `origin` says; one that is here is left as it is, also when
    somebody else has made it at this moment.

    Raises ValidationError for what no promotion can be, DeletedHere while a deleted one is being removed.
    """
    if here := Promotion.objects.filter(uuid=given.uuid).first():
        return _left(here, given)
    try:
        with transaction.atomic():
            create(given, by)
            _set_origin(given, origin)
    except (IntegrityError, ValidationError):
        if here := Promotion.objects.filter(uuid=given.uuid).first():
            return _left(here, given)
        raise
    return Found(given, is_new=True)


def _left(here: Promotion, given: Promotion) -> Found:
    if here.deleted_at:
        raise DeletedHere
    return Found(here, False, tuple(name for name in FIELDS if getattr(here, name) != getattr(given, name)))


def _set_origin(new: Promotion, origin: Origin) -> None:
    # By UPDATE, since saving writes the time that it is, and makes a version.
    known = {name: value for name, value in vars(origin).items() if value}
    if known:
        Promotion.objects.filter(pk=new.pk).update(**known)
        new.history.update(**known)
        new.refresh_from_db()


def codes(to: Found, given: Sequence[PromotionCode], advance: Callable[[int], Any] = lambda done: None) -> int:
    """Add those of the `given` unsaved codes that the promotion does not have, all or none.

    `advance` is told after each batch how many more are done. Returns how many were added. Raises DuplicateCodes with
    the places of those that another promotion has, and what `by_hand.add` raises.
    """
    with transaction.atomic():
        if to.promotion.automatic and to.is_new and given:
            _take_in_own_code(to.promotion, given)
            advance(1)
            return 1
        if given:
            # Before looking what is there: who takes in the same now is waited for, and its codes are found.
            to.promotion.lock()
        missing = _missing(to.promotion, given)
        advance(len(given) - len(missing))
        for start in range(0, len(missing), BATCH):
            places = missing[start : start + BATCH]
            _add(to.promotion, given, places)
            advance(len(places))
    return len(missing)


def _missing(to: Promotion, given: Sequence[PromotionCode]) -> list[int]:
    """The places of the codes that the promotion does not have."""
    missing, elsewhere = [], []
    for start in range(0, len(given), BATCH):
        batch = given[start : start + BATCH]
        found = PromotionCode.objects.filter(code__in=[code.code for code in batch])
        owners = dict(found.values_list("code", "promotion_id"))
        for place, code in enumerate(batch, start):
            if code.code not in owners:
                missing.append(place)
            elif owners[code.code] != to.pk:
                elsewhere.append(place)
    if elsewhere:
        raise DuplicateCodes(elsewhere)
    return missing


def _add(to: Promotion, given: Sequence[PromotionCode], places: Sequence[int]) -> None:
    try:
        by_hand.add(to, [given[place] for place in places])
    except DuplicateCodes as error:
        # Someone was faster; the places are those of all that was given.
        raise DuplicateCodes([places[place] for place in error.places]) from error


def _take_in_own_code(to: Promotion, given: Sequence[PromotionCode]) -> None:
    """Give the code that the new automatic promotion has made the text and the times that it had."""
    if len(given) > 1:
        raise NoCodesAllowed
    _missing(to, given)
    to.codes.update(**{name: getattr(given[0], name) for name in OF_A_CODE})
