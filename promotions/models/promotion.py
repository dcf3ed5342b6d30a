"""Promotions, and the exact count of the codes they have or have promised."""

import uuid
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from promotions.errors import Fault, NotFound, PromotionTooLong
from promotions.models.promotion_schema import amounts_faults, applications_faults, schema_faults

# More codes than this need a promotion that lasts at most a year (contract, section 2).
CODES_IN_A_LONG_PROMOTION = 1000
LONG_PROMOTION_DAYS = 365


class PromotionType(models.TextChoices):
    """What a promotion does to a cart (contract, section 4)."""

    FIXED_DISCOUNT = "fixed_discount", _("Fixed discount")
    PERCENT_DISCOUNT = "percent_discount", _("Percent discount")
    ITEM_FIXED_DISCOUNT = "item_fixed_discount", _("Item fixed discount")
    ITEM_PERCENT_DISCOUNT = "item_percent_discount", _("Item percent discount")
    X_FOR_Y = "x_for_y", _("X for Y")
    X_FOR_AMOUNT = "x_for_amount", _("X for amount")
    BUNDLE_FIXED_DISCOUNT = "bundle_fixed_discount", _("Bundle fixed discount")
    BUNDLE_GIFT = "bundle_gift", _("Gift with a bundle")


class ConsumeUnit(models.TextChoices):
    """What one use of a code is (contract, section 3)."""

    PER_CART = "per_cart", _("Per cart")
    PER_ITEM = "per_item", _("Per item")


class PromotionState(models.TextChoices):
    """Whether shoppers get a promotion."""

    DISABLED = "disabled", _("disabled")
    SCHEDULED = "scheduled", _("scheduled")
    RUNNING = "running", _("running")
    EXPIRED = "expired", _("expired")


class RuleBroken(ValidationError):
    """A fault as forms and `full_clean` know errors. Its text names the place within the field, as in
    `currencies.0.amount: Must be greater than or equal to 0`; the API takes the fault as it is."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        _data, self.field, *place = fault.source.split(".")
        super().__init__(f"{'.'.join(place)}: {fault}" if place else str(fault), code=fault.title)


class PromotionQuerySet(models.QuerySet["Promotion"]):
    def present(self) -> "PromotionQuerySet":
        """The promotions that have not been deleted. Those that have are gone for everyone, though their rows may
        be there until all their codes are removed."""
        return self.filter(deleted_at=None)

    def in_state(self, state: str, now: datetime | Now) -> "PromotionQuerySet":
        """The promotions that are in this PromotionState at `now`."""
        conditions = {
            PromotionState.DISABLED: Q(enabled=False),
            PromotionState.SCHEDULED: Q(enabled=True, start__gt=now),
            PromotionState.RUNNING: Q(enabled=True, start__lte=now, end__gt=now),
            PromotionState.EXPIRED: Q(enabled=True, start__lte=now, end__lte=now),
        }
        return self.filter(conditions[PromotionState(state)])

    def locked(self) -> "PromotionQuerySet":
        """These promotions, locked until the transaction ends. Workers may go on adding codes to them."""
        return self.select_for_update(no_key=True)

    def reserve(self, codes: int, limit: int) -> bool:
        """Count `codes` more codes, if the promotion then has at most `limit`. One conditional UPDATE.

        Returns whether there was room; without room nothing is changed. Select exactly one promotion first.
        """
        within = self.filter(code_count__lte=limit - codes)
        return within.update(code_count=F("code_count") + codes) == 1

    def give_back(self, codes: int) -> None:
        """Undo a `reserve` of as many codes."""
        self.update(code_count=F("code_count") - codes)


class Promotion(models.Model):
    """A discount that shoppers get, by a code or automatically.

    `code_count` is exact at every moment: the codes that are there, plus those that an active job has reserved.
    It is changed by `reserve` and `give_back` only, in the transaction that adds or removes the codes.
    """

    uuid = models.UUIDField("ID", default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=255)
    description = models.TextField()
    enabled = models.BooleanField(default=False)
    automatic = models.BooleanField(
        default=False, help_text=_("Applies without a code; makes its own and takes no others.")
    )
    promotion_type = models.CharField(max_length=30, choices=PromotionType)
    schema = models.JSONField(help_text=_("What the promotion does, as JSON of its type."))
    min_cart_value = models.JSONField(default=list, blank=True)
    max_discount_value = models.JSONField(default=list, blank=True)
    max_applications_per_cart = models.PositiveIntegerField(default=0, help_text=_("0 means no limit."))
    start = models.DateTimeField()
    end = models.DateTimeField()
    code_count = models.PositiveBigIntegerField(_("codes"), default=0, editable=False)
    created_by = models.CharField(max_length=255, blank=True, editable=False)
    updated_by = models.CharField(max_length=255, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, editable=False)
    # Since when other systems have been told that it runs; null while they have not, or were told that it has ended.
    told_running_at = models.DateTimeField(null=True, editable=False)

    # Workers count codes, and tell that it starts and ends, without making a version.
    history = HistoricalRecords(
        excluded_fields=["code_count", "told_running_at"], history_id_field=models.BigAutoField(primary_key=True)
    )
    objects = PromotionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], name="promotion_deleted", condition=Q(deleted_at__isnull=False)),
            models.Index(fields=["start"], name="promotion_by_start", condition=Q(enabled=True, deleted_at=None)),
            models.Index(fields=["end"], name="promotion_by_end", condition=Q(enabled=True, deleted_at=None)),
            models.Index(fields=["end"], name="promotion_told", condition=Q(told_running_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(name="promotion_type_known", condition=Q(promotion_type__in=PromotionType.values)),
            models.CheckConstraint(
                name="promotion_end_after_start",
                condition=Q(end__gte=F("start")),
                violation_error_code="end_before_start",
                violation_error_message=_("The end must not be before the start"),
            ),
            models.CheckConstraint(name="promotion_code_count_not_negative", condition=Q(code_count__gte=0)),
        ]

    def __str__(self) -> str:
        return self.name

    def lock(self) -> "Promotion":
        """The promotion's row as it is now, locked until the transaction ends. Raises NotFound when it is gone."""
        locked = Promotion.objects.present().locked().filter(pk=self.pk).first()
        if locked is None:
            raise NotFound("promotion")
        return locked

    def state(self, now: datetime) -> PromotionState:
        """Whether shoppers get the promotion at `now`."""
        if not self.enabled:
            return PromotionState.DISABLED
        if now < self.start:
            return PromotionState.SCHEDULED
        return PromotionState.EXPIRED if now >= self.end else PromotionState.RUNNING

    def told(self) -> dict[str, Any]:
        """The promotion as webhooks are told of it."""
        names = ("name", "promotion_type", "enabled", "automatic", "start", "end")
        return {"type": "promotion", "id": self.uuid, **{name: getattr(self, name) for name in names}}

    def check_length(self, codes: int, source: str) -> None:
        """Raises PromotionTooLong, for `source`, when the promotion lasts too long to have this many codes."""
        is_long = (self.end - self.start).days > LONG_PROMOTION_DAYS
        if is_long and codes > CODES_IN_A_LONG_PROMOTION:
            raise PromotionTooLong(CODES_IN_A_LONG_PROMOTION, LONG_PROMOTION_DAYS, source)

    def faults(self) -> list[Fault]:
        """What breaks the rules of the promotion's type, each fault at its place in a request."""
        # What has no value yet is told by the field itself.
        schema = [] if self.schema is None else schema_faults(self.promotion_type, self.schema)
        return [
            *schema,
            *amounts_faults("min_cart_value", self.min_cart_value),
            *amounts_faults("max_discount_value", self.max_discount_value),
            *applications_faults(self.promotion_type, self.max_applications_per_cart),
        ]

    def clean(self) -> None:
        """Raises ValidationError with a RuleBroken for each of `faults`, under the field that it is in."""
        super().clean()
        broken = defaultdict(list)
        for fault in self.faults():
            rule = RuleBroken(fault)
            broken[rule.field].append(rule)
        if broken:
            raise ValidationError(dict(broken))

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        # An empty schema is no missing one: `clean` tells what it lacks.
        super().clean_fields({*(exclude or ()), "schema"} if self.schema == {} else exclude)
