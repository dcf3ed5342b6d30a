"""Promotion codes: the one table that grows to millions of rows, so every column and index of it counts."""

from django.db import models
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from promotions.models.fields import ByteOrderedCharField, no_control_characters, no_formula
from promotions.models.job import Job
from promotions.models.promotion import ConsumeUnit, Promotion
from promotions.states import Status

CODE_MAX_LENGTH = 100


class PromotionCodeQuerySet(models.QuerySet["PromotionCode"]):
    def live(self) -> "PromotionCodeQuerySet":
        """The codes that exist for shoppers and integrators: added by hand, or of a completed job.

        A job's codes come to life all at once, by the UPDATE that completes it.
        """
        return self.filter(Q(job=None) | Q(job__status=Status.COMPLETED))

    def highest_id(self) -> int:
        """The highest id of these codes, 0 when there is none."""
        return self.aggregate(highest=Max("id"))["highest"] or 0


class PromotionCode(models.Model):
    """What a shopper types in. `uses` is what remains of `max_uses`; both are null when uses are unlimited.

    Foreign keys are not checked by the database: a check per row halves the speed of generating
    (docs/decisions/0003). Instead neither a promotion nor a job is deleted while codes refer to it.
    """

    promotion = models.ForeignKey(
        Promotion, on_delete=models.PROTECT, related_name="codes", db_constraint=False, db_index=False
    )
    job = models.ForeignKey(
        Job,
        on_delete=models.PROTECT,
        related_name="codes",
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
    )
    code = ByteOrderedCharField(max_length=CODE_MAX_LENGTH, validators=[no_formula, no_control_characters])
    uses = models.PositiveIntegerField(_("uses left"), null=True, blank=True)
    max_uses = models.PositiveIntegerField(null=True, blank=True)
    consume_unit = models.CharField(max_length=8, choices=ConsumeUnit, default=ConsumeUnit.PER_CART)
    user = models.CharField(max_length=255, blank=True)
    created_by = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    # Since when staff let it be used no more. Null for nearly every code: at most eight bytes of a row, and no index.
    disabled_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PromotionCodeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "code"
        indexes = [
            models.Index(fields=["promotion", "id"], name="code_by_promotion"),
            models.Index(fields=["promotion", "id"], name="code_added_by_hand", condition=Q(job=None)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                name="code_unique",
                violation_error_message=_("Promotion code already in use"),
            ),
            models.CheckConstraint(name="code_not_empty", condition=~Q(code="")),
            models.CheckConstraint(name="code_consume_unit_known", condition=Q(consume_unit__in=ConsumeUnit.values)),
            models.CheckConstraint(
                name="code_uses_within_max_uses",
                condition=Q(uses=None, max_uses=None) | Q(uses__lte=F("max_uses")),
            ),
        ]

    def __str__(self) -> str:
        return self.code
