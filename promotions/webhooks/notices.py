"""Telling other systems that a promotion starts or ends: nobody does anything then, a date passes.

Each promotion remembers whether it was last told to run (`told_running_at`). One conditional UPDATE changes that, in
the transaction that puts the notice into the outbox: so of any number of workers one tells it, and a crash tells it
neither twice nor never. All times are the database's.
"""

import logging

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from promotions.models import Promotion
from promotions.models.promotion import PromotionQuerySet, PromotionState
from promotions.models.webhook import WebhookEvent, announce

logger = logging.getLogger(__name__)

# As many as are looked for at once.
BATCH = 100


def starting() -> PromotionQuerySet:
    """The promotions that run and were not told to: never, or before their start was moved into the future."""
    running = Promotion.objects.present().in_state(PromotionState.RUNNING, Now())
    return running.filter(Q(told_running_at=None) | Q(told_running_at__lt=F("start")))


def ending() -> PromotionQuerySet:
    """The promotions that were told to run and whose end has passed, whether they are enabled or not."""
    return Promotion.objects.present().filter(told_running_at__isnull=False, end__lte=Now())


def tell_some() -> int:
    """Tell of some of the promotions that have started or ended; returns of how many."""
    # First what has ended: of one that has, and runs again, the other would be told last.
    ended = [_tell(WebhookEvent.PROMOTION_ENDED, one, told_running_at=None) for one in _keys(ending())]
    started = [_tell(WebhookEvent.PROMOTION_STARTED, one, told_running_at=Now()) for one in _keys(starting())]
    return sum(ended) + sum(started)


def _keys(promotions: PromotionQuerySet) -> list[int]:
    return list(promotions.order_by("pk").values_list("pk", flat=True)[:BATCH])


def _tell(event: WebhookEvent, key: int, **told: Now | None) -> bool:
    """Tell of the promotion, if nobody has meanwhile and nobody has changed its dates."""
    rows = ending() if event is WebhookEvent.PROMOTION_ENDED else starting()
    with transaction.atomic():
        if not rows.filter(pk=key).update(**told):
            return False
        promotion = Promotion.objects.get(pk=key)
        announce(event, promotion.told)
    logger.info("promotion %s: %s", promotion.uuid, event.value.partition(".")[2])
    return True
