"""What has been redeemed, by which order; and the answers given to requests that may come twice."""

import uuid
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from promotions.models.code import CODE_MAX_LENGTH
from promotions.models.fields import ByteOrderedCharField
from promotions.models.promotion import Promotion

ANONYMIZED = "**"


class Usage(models.Model):
    """An order that has used a code (contract, section 5). `times_used` is what it took from the code's uses.

    It outlives its code and its promotion, so it keeps the code's text and refers to both without a constraint:
    deleting codes by the thousand neither looks for usages nor stops at them.
    """

    uuid = models.UUIDField("ID", default=uuid.uuid4, unique=True, editable=False)
    promotion = models.ForeignKey(
        Promotion, on_delete=models.DO_NOTHING, related_name="usages", db_constraint=False, db_index=False
    )
    code = ByteOrderedCharField(max_length=CODE_MAX_LENGTH)
    code_id = models.PositiveBigIntegerField()
    order_id = ByteOrderedCharField(max_length=255)
    customer_id = ByteOrderedCharField(max_length=255, blank=True)
    customer_email = ByteOrderedCharField(max_length=320, blank=True)
    times_used = models.PositiveIntegerField(default=1)
    used_on = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    updated_by = models.CharField(max_length=255, blank=True)
    anonymized = models.BooleanField(default=False)
    reversed_at = models.DateTimeField(null=True, blank=True)
    reversed_by = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["promotion", "updated_at", "id"], name="usage_by_update"),
            models.Index(fields=["promotion", "code", "used_on", "id"], name="usage_by_code"),
            models.Index(fields=["promotion", "used_on", "id"], name="usage_by_promotion"),
            models.Index(fields=["used_on", "id"], name="usage_by_time"),
            # For who looks for one usage. Each ends in the order in which usages are listed.
            models.Index(fields=["code", "used_on", "id"], name="usage_of_code"),
            models.Index(fields=["order_id", "used_on", "id"], name="usage_of_order"),
            models.Index(fields=["customer_id", "used_on", "id"], name="usage_of_customer"),
            models.Index(fields=["customer_email", "used_on", "id"], name="usage_of_email"),
        ]
        constraints = [
            models.CheckConstraint(name="usage_code_not_empty", condition=~Q(code="")),
            models.CheckConstraint(name="usage_uses_something", condition=Q(times_used__gte=1)),
            models.CheckConstraint(
                name="usage_anonymized_has_no_email", condition=Q(anonymized=False) | Q(customer_email=ANONYMIZED)
            ),
            models.CheckConstraint(
                name="usage_reversed_has_time", condition=Q(reversed_by="") | Q(reversed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return _("%(code)s by order %(order)s") % {"code": self.code, "order": self.order_id}

    def told(self, promotion_uuid: UUID) -> dict[str, Any]:
        """The usage as webhooks are told of it. Without the e-mail address, which is kept in one place only."""
        return {
            "type": "promotion_usage",
            "id": self.uuid,
            "promotion_id": promotion_uuid,
            "code": self.code,
            "order_id": self.order_id,
            "customer_id": self.customer_id,
            "times_used": self.times_used,
            "used_on": self.used_on,
        }


class IdempotencyKey(models.Model):
    """The answer that a client got for a key of its own, written in the transaction that did the work.

    So of several requests with one key only one can ever be committed. `client` is the client's OAuth id;
    `fingerprint` tells whether a later request is the same one; `body` is JSON, kept as text in its order.
    """

    client = ByteOrderedCharField(max_length=100)
    key = ByteOrderedCharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="idempotency_key_unique")]

    def __str__(self) -> str:
        return self.key
