"""Sending what the outbox holds. Any number of workers may do so at a time.

A delivery is claimed by one conditional UPDATE that counts its attempt and moves its next attempt to when this one must
have ended: of many workers one sends it, and if that one dies it is sent again. So a reader may get it twice, with the
same id. Nothing is sent to private addresses (WEBHOOKS_ALLOW_PRIVATE); what was checked is what is connected to.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from requests import RequestException
from requests_hardened import Config, Manager
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import HTTPError

from promotions.models import Webhook, WebhookDelivery
from promotions.models.webhook import TEST, write
from promotions.webhooks import signature

logger = logging.getLogger(__name__)

Status = WebhookDelivery.Status

# Seconds to connect, and between two signs of life of who answers.
TIMEOUT = 10
# Longer than an attempt takes.
LEASE = timedelta(seconds=60)
# Between the attempts: eight within a day.
PAUSES = [timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 2 * 3600, 6 * 3600, 15 * 3600)]
MAX_ATTEMPTS = len(PAUSES) + 1
USER_AGENT = "promotions-backoffice"


@dataclass(frozen=True)
class Answer:
    """What came back: a status, or what kept one from coming."""

    status: int | None = None
    error: str = ""

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    def __str__(self) -> str:
        return self.error or f"HTTP {self.status}"

    @property
    def kind(self) -> str:
        """What it is in a word, for the log: the text of an error has the address in it, which may be a secret."""
        return str(self).partition(":")[0]


def send_due(*, stop: Callable[[], bool] = lambda: False) -> int:
    """Send what is due until nothing is left or `stop` says so; returns how many attempts were made.

    Who has not answered well is left alone for the rest of this round, so that a dead one holds up no other.
    """
    attempts, failed = 0, set[int]()
    while not stop() and (delivery := _claim(failed)):
        attempts += 1
        if not _attempt(delivery).is_good:
            failed.add(delivery.webhook_id)
    return attempts


def send_test(webhook: Webhook) -> Answer:
    """Send the webhook a test at once, whether it is active or not; it is in the log of deliveries like all others."""
    (delivery,) = write([webhook.pk], TEST, {"message": "This is a test."})
    delivery.webhook = webhook
    return _attempt(delivery) if _take(delivery) else Answer(error="sent by a worker")


def _claim(failed: set[int]) -> WebhookDelivery | None:
    due = WebhookDelivery.objects.filter(status=Status.WAITING, next_at__lte=Now(), webhook__active=True)
    waiting = due.exclude(webhook_id__in=failed).select_related("webhook").order_by("next_at")
    return next((delivery for delivery in waiting[:10] if _take(delivery)), None)


def _take(delivery: WebhookDelivery) -> bool:
    """Whether the next attempt is ours."""
    row = _row(delivery).filter(next_at__lte=Now())
    is_mine = row.update(attempts=F("attempts") + 1, next_at=Now() + LEASE, tried_at=Now()) == 1
    delivery.attempts += is_mine
    return is_mine


def _row(delivery: WebhookDelivery) -> QuerySet[WebhookDelivery]:
    """The delivery's row, if nobody has begun another attempt since."""
    return WebhookDelivery.objects.filter(pk=delivery.pk, status=Status.WAITING, attempts=delivery.attempts)


def _attempt(delivery: WebhookDelivery) -> Answer:
    """Send it once, and write down how that went."""
    answer = post(delivery.webhook, delivery)
    row, told = _row(delivery), {"answer_status": answer.status, "error": answer.error[:500]}
    if answer.is_good:
        row.update(status=Status.DELIVERED, delivered_at=Now(), **told)
        logger.info("webhook %d: %s delivered", delivery.webhook_id, delivery)
    elif delivery.attempts >= MAX_ATTEMPTS:
        row.update(status=Status.GIVEN_UP, **told)
        logger.error("webhook %d: %s given up: %s", delivery.webhook_id, delivery, answer.kind)
    else:
        pause = PAUSES[delivery.attempts - 1]
        row.update(next_at=Now() + pause, **told)
        text = "webhook %d: %s not delivered, again in %d s: %s"
        logger.warning(text, delivery.webhook_id, delivery, pause.total_seconds(), answer.kind)
    return answer


def post(webhook: Webhook, delivery: WebhookDelivery) -> Answer:
    """Send the delivery and look at the status of the answer, at nothing else of it. Follows no redirect."""
    body = delivery.body.encode()
    headers = {
        "Content-Type": "application/json",
        "X-Event": delivery.event,
        "X-Delivery": str(delivery.uuid),
        signature.HEADER: signature.sign(webhook.secret, body, int(time.time())),
    }
    try:
        with _http().get_session() as session:
            # Neither a proxy nor passwords from the environment: they would be given to whoever has a webhook.
            session.trust_env = False
            with session.post(webhook.url, data=body, headers=headers, stream=True) as response:
                return Answer(response.status_code)
    except InvalidIPAddress:
        return Answer(error="the address is private: it is not sent to (WEBHOOKS_ALLOW_PRIVATE)")
    except (RequestException, HTTPError, OSError, ValueError) as error:
        return Answer(error=f"{type(error).__name__}: {error}")


def _http() -> Manager:
    return Manager(
        Config(
            ip_filter_enable=not settings.WEBHOOKS_ALLOW_PRIVATE,
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,
            default_timeout=(TIMEOUT, TIMEOUT),
            user_agent_override=USER_AGENT,
        )
    )
