"""Telling other systems what has happened: who wants to hear of what, and the outbox of what is to be sent.

`announce` writes into the outbox in the transaction of the change itself, so that nothing is told that did not happen
and nothing that did is forgotten. Sending is the workers' (promotions.webhooks).
"""

import json
import secrets
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class WebhookEvent(models.TextChoices):
    """What can be told. Of a job: the status that it has got."""

    JOB_STARTED = "job.started", _("Job started")
    JOB_CANCELLING = "job.cancelling", _("Job is being cancelled")
    JOB_CANCELLED = "job.cancelled", _("Job cancelled")
    JOB_FAILED = "job.failed", _("Job failed")
    JOB_COMPLETED = "job.completed", _("Job completed")
    CODE_REDEEMED = "code.redeemed", _("Code redeemed")
    PROMOTION_STARTED = "promotion.started", _("Promotion started")
    PROMOTION_ENDED = "promotion.ended", _("Promotion ended")


# What staff send to try a webhook out; nobody listens to it.
TEST = "webhook.test"


def new_secret() -> str:
    return f"whsec_{secrets.token_urlsafe(32)}"


def valid_url(url: str) -> None:
    """Refuse, by ValidationError, what nothing may be sent to."""
    schemes = ("https", "http") if settings.WEBHOOKS_ALLOW_PRIVATE else ("https",)
    try:
        parts = urlsplit(url)
        has_place = bool(parts.hostname) and parts.port != 0
    except ValueError:
        has_place = False
    if not has_place or parts.scheme not in schemes:
        raise ValidationError(_("Must be an address that begins with https://"), code="format")
    if parts.username is not None or parts.fragment:
        raise ValidationError(_("Must have neither a user nor a fragment: they would not be sent"), code="format")


class Webhook(models.Model):
    """An address of another system, and the events that it wants to hear of."""

    url = models.CharField(_("address"), max_length=2000, validators=[valid_url])
    description = models.CharField(_("description"), max_length=255, blank=True)
    events = models.JSONField(_("events"), default=list)
    active = models.BooleanField(
        _("active"), default=True, help_text=_("While it is not, nothing new is told, and what waits is kept back.")
    )
    # As it is, not hashed: with it every delivery is signed.
    secret = models.CharField(max_length=100, default=new_secret, editable=False)
    created_by = models.CharField(max_length=255, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.description or self.host

    @property
    def host(self) -> str:
        """Where it sends to, without what may be a secret."""
        return urlsplit(self.url).netloc


class WebhookDelivery(models.Model):
    """One event for one webhook: the very text that is sent, and how that went.

    `attempts` also fences: who sends has counted it up, and writes how it went only if nobody has since.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        GIVEN_UP = "given_up", _("Given up")

    uuid = models.UUIDField("ID", default=uuid.uuid4, unique=True, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event = models.CharField(_("event"), max_length=30)
    body = models.TextField(_("body"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), db_default=Now())
    answer_status = models.PositiveSmallIntegerField(_("answer"), null=True)
    error = models.CharField(_("error"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    tried_at = models.DateTimeField(_("tried at"), null=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = _("webhook deliveries")
        indexes = [
            models.Index(fields=["next_at"], name="delivery_due", condition=Q(status="waiting")),
            models.Index(fields=["status", "-id"], name="delivery_by_status"),
            models.Index(fields=["webhook", "-id"], name="delivery_by_webhook"),
        ]
        constraints = [
            models.CheckConstraint(
                name="delivery_status_known", condition=Q(status__in=["waiting", "delivered", "given_up"])
            ),
            models.CheckConstraint(
                name="delivery_delivered_has_time", condition=~Q(status="delivered") | Q(delivered_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.uuid}"

    def send_again(self) -> None:
        """Have it sent at the next opportunity, with all its attempts before it if it had ended."""
        mine = WebhookDelivery.objects.filter(pk=self.pk)
        mine.exclude(status=self.Status.WAITING).update(
            status=self.Status.WAITING, attempts=0, next_at=Now(), error="", delivered_at=None
        )
        mine.filter(status=self.Status.WAITING, next_at__gt=Now()).update(next_at=Now())


def announce(event: str, describe: Callable[[], dict[str, Any]]) -> None:
    """Tell `event` to all who want to hear of it, once the present transaction is committed.

    `describe` gives what it happened to, as it goes over the wire; it is asked only when somebody listens. Costs one
    small query.
    """
    active = Webhook.objects.order_by().filter(active=True).values_list("pk", "events")
    if listeners := [pk for pk, wanted in active if event in wanted]:
        write(listeners, event, describe())


def write(webhooks: list[int], event: str, data: dict[str, Any]) -> list[WebhookDelivery]:
    """Put `event` into the outbox for each of the webhooks; needs the transaction of what has happened."""
    return WebhookDelivery.objects.bulk_create([_delivery(webhook_id, event, data) for webhook_id in webhooks])


def _delivery(webhook_id: int, event: str, data: dict[str, Any]) -> WebhookDelivery:
    delivery = WebhookDelivery(webhook_id=webhook_id, event=event)
    told = {"id": delivery.uuid, "type": event, "created_at": delivery.created_at, "data": data}
    delivery.body = json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))
    return delivery
