"""Promotions, and the exact count of the codes they have or have promised."""

import uuid

from django.db import models
from django.db.models import F, Q


class PromotionType(models.TextChoices):
    """What a promotion does to a cart (contract, section 4)."""

    FIXED_DISCOUNT = "fixed_discount", "Fixed discount"
    PERCENT_DISCOUNT = "percent_discount", "Percent discount"
    ITEM_FIXED_DISCOUNT = "item_fixed_discount", "Item fixed discount"
    ITEM_PERCENT_DISCOUNT = "item_percent_discount", "Item percent discount"
    X_FOR_Y = "x_for_y", "X for Y"
    X_FOR_AMOUNT = "x_for_amount", "X for amount"
    BUNDLE_FIXED_DISCOUNT = "bundle_fixed_discount", "Bundle fixed discount"
    BUNDLE_GIFT = "bundle_gift", "Gift with a bundle"


class ConsumeUnit(models.TextChoices):
    """What one use of a code is (contract, section 3)."""

    PER_CART = "per_cart", "Per cart"
    PER_ITEM = "per_item", "Per item"


class PromotionQuerySet(models.QuerySet["Promotion"]):
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
    automatic = models.BooleanField(default=False, help_text="Applies without a code; takes no codes of its own.")
    promotion_type = models.CharField(max_length=30, choices=PromotionType)
    schema = models.JSONField(help_text="What the promotion does, as JSON of its type.")
    min_cart_value = models.JSONField(default=list, blank=True)
    max_discount_value = models.JSONField(default=list, blank=True)
    max_applications_per_cart = models.PositiveIntegerField(default=0, help_text="0 means no limit.")
    start = models.DateTimeField()
    end = models.DateTimeField()
    code_count = models.PositiveBigIntegerField("codes", default=0, editable=False)
    created_by = models.CharField(max_length=255, blank=True, editable=False)
    updated_by = models.CharField(max_length=255, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PromotionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="promotion_type_known", condition=Q(promotion_type__in=PromotionType.values)),
            models.CheckConstraint(
                name="promotion_end_after_start",
                condition=Q(end__gte=F("start")),
                violation_error_code="end_before_start",
                violation_error_message="The end must not be before the start",
            ),
            models.CheckConstraint(name="promotion_code_count_not_negative", condition=Q(code_count__gte=0)),
        ]

    def __str__(self) -> str:
        return self.name
