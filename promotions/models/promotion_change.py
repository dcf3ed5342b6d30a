"""Making and changing promotions: the rules that need the row as it was, its codes and its jobs, for every door.

A promotion is changed in one transaction that has locked its row before reading it, so that nothing that these
rules look at changes in between, and nobody's change is lost.
"""

import uuid
from collections.abc import Iterable
from copy import copy, deepcopy
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from promotions.errors import CodesInTheWay, JobInTheWay, TooManyCodesToRevive
from promotions.models.audit import AuditEvent, record_codes, record_promotion
from promotions.models.code import PromotionCode
from promotions.models.promotion import Promotion
from promotions.states import Status

CODES_TO_REVIVE = 1000
OWN_CODE_PREFIX = "auto_"
# What people say of a promotion, in the order in which it is told.
FIELDS = (
    "name",
    "description",
    "enabled",
    "automatic",
    "promotion_type",
    "schema",
    "start",
    "end",
    "min_cart_value",
    "max_discount_value",
    "max_applications_per_cart",
)


@dataclass(frozen=True)
class Effect:
    """What a change does to the codes that a promotion has."""

    removes_codes: bool = False
    makes_own_code: bool = False


def create(promotion: Promotion, by: str) -> None:
    """Store a new promotion; an automatic one makes its code. One transaction.

    Raises ValidationError for what no promotion can be.
    """
    promotion.created_by = promotion.updated_by = by
    promotion.full_clean()
    with transaction.atomic():
        promotion.save(force_insert=True)
        record_promotion(AuditEvent.PROMOTION_CREATED, promotion, by=by)
        if promotion.automatic:
            _make_own_code(promotion)


def duplicate(promotion: Promotion, by: str) -> Promotion:
    """Store a copy that begins anew: named `Copy of …`, disabled, without the codes, jobs and versions of this one.

    Returns it. Raises ValidationError when the promotion is what none can be any more.
    """
    copied = {name: deepcopy(getattr(promotion, name)) for name in FIELDS}
    longest = Promotion._meta.get_field("name").max_length or 0
    name = Truncator(_("Copy of %(name)s") % {"name": promotion.name}).chars(longest)
    new = Promotion(**copied | {"name": name, "enabled": False})
    create(new, by)
    return new


def change(promotion: Promotion, fields: dict[str, Any], by: str) -> Promotion:
    """Give the `fields` of a locked promotion new values, and return it as it is then.

    Raises ValidationError for what no promotion can be, and a subclass of Refused for what this one cannot become.
    """
    changed = copy(promotion)
    for name, value in fields.items():
        setattr(changed, name, value)
    changed.full_clean()
    effect = check_change(promotion, changed)
    different = [name for name in fields if getattr(changed, name) != getattr(promotion, name)]
    save_change(changed, different, by, effect)
    return changed


def check_change(before: Promotion, after: Promotion) -> Effect:
    """Raises a subclass of Refused when a locked promotion cannot change like this.

    Returns what the change does to its codes. They are lost when it is revived (it had ended, and is given an end
    in the future); an automatic promotion has its own code and no other.
    """
    revived = before.end <= timezone.now() < after.end
    becomes_automatic = after.automatic and not before.automatic
    if revived:
        _check_revival(before)
    if becomes_automatic and not revived and _has_codes(before):
        raise CodesInTheWay
    if (before.start, before.end) != (after.start, after.end) and not revived:
        after.check_length(_codes_promised(before), "data.end")
    return Effect(
        removes_codes=revived or (before.automatic and not after.automatic),
        makes_own_code=becomes_automatic or (revived and after.automatic),
    )


def save_change(after: Promotion, fields: Iterable[str], by: str, effect: Effect) -> int:
    """Write these fields of a locked promotion, and no others: workers count codes. Without fields there is
    nothing to write, and no new version.

    `effect` is what `check_change` said. Returns how many codes were removed.
    """
    fields = list(fields)
    if not fields:
        return 0
    after.updated_by = by
    after.save(update_fields=[*fields, "updated_by", "updated_at"])
    removed = _remove_codes(after) if effect.removes_codes else 0
    numbers = {"codes_removed": removed} if removed else {}
    record_promotion(AuditEvent.PROMOTION_CHANGED, after, by=by, fields=sorted(fields), **numbers)
    if effect.makes_own_code:
        _make_own_code(after)
    return removed


def mark_deleted(promotion: Promotion, by: str) -> None:
    """Make a locked promotion gone for everyone; its rows are removed later."""
    promotion.deleted_at = timezone.now()
    promotion.updated_by = by
    promotion.save(update_fields=["deleted_at", "updated_by", "updated_at"])
    record_promotion(AuditEvent.PROMOTION_DELETED, promotion, by=by, codes=promotion.code_count)


def _check_revival(promotion: Promotion) -> None:
    if promotion.code_count > CODES_TO_REVIVE:
        raise TooManyCodesToRevive(CODES_TO_REVIVE)
    # Its codes could be neither removed, as a worker is adding to them, nor kept.
    if promotion.jobs.active().exists():
        raise JobInTheWay


def _has_codes(promotion: Promotion) -> bool:
    return promotion.code_count > 0 or promotion.jobs.active().exists()


def _codes_promised(promotion: Promotion) -> int:
    """The codes that it has, and those that a job will reserve as soon as a worker begins with it."""
    waiting = promotion.jobs.filter(status=Status.PENDING).aggregate(codes=Sum("number_of_codes"))["codes"]
    return promotion.code_count + (waiting or 0)


def _remove_codes(promotion: Promotion) -> int:
    removed = promotion.codes.all().delete()[1].get(PromotionCode._meta.label, 0)
    Promotion.objects.filter(pk=promotion.pk).give_back(removed)
    return removed


def _make_own_code(promotion: Promotion) -> None:
    # The form that the contract shows (section 4).
    code = f"{OWN_CODE_PREFIX}{uuid.uuid4()}"
    PromotionCode.objects.create(promotion=promotion, code=code, created_by=promotion.updated_by)
    Promotion.objects.filter(pk=promotion.pk).reserve(1, 1)
    record_codes(AuditEvent.CODE_ADDED, promotion, [code], by=promotion.updated_by)
