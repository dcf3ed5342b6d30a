"""What has to be done from time to time: telling that promotions start and end, and removing what nobody needs any
more. Every worker does it, no cron is needed.

Of many workers one does a chore: its turn is taken by one conditional UPDATE of the chore's row, by the database's
clock. A worker that dies meanwhile leaves the rest for the next turn: each chore goes on from whatever is there.
Delivering stranded jobs again is no chore but each worker's own (`promotions.jobs.sweep`): it depends on no other row.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import or_

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.db.models.functions import Least, Now
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from oauth2_provider.models import clear_expired, get_access_token_model

from promotions.jobs import export, runner
from promotions.jobs.turns import Turns
from promotions.models import ChoreTurn, IdempotencyKey, WebhookDelivery
from promotions.webhooks import notices

logger = logging.getLogger(__name__)

# Rows that are removed in one transaction: some 10 ms of work.
BATCH = 1_000
# A turn that is so much further away than any was given by a clock that has been set back since; not less, since who
# has waited for the row compares with the time before.
TOO_FAR = timedelta(minutes=1)
# A chore that could not be done is tried again so soon.
RETRY = timedelta(minutes=5)
DELIVERIES_KEPT = timedelta(days=1)
# A delivery whose worker was killed stays "running" for ever, and none runs for so long.
DELIVERIES_ABANDONED = timedelta(days=7)


@dataclass(frozen=True)
class Chore:
    """Something to be done every so often; `do` returns how many things it has removed, or what else it `did`."""

    name: str
    every: timedelta
    do: Callable[[], int]
    did: str = "removed"


@dataclass(frozen=True)
class Done:
    """How a turn of a chore went."""

    chore: Chore
    count: int = 0
    error: str = ""


def run_due(*, at_once: bool = False) -> list[Done]:
    """Do every chore whose turn has come, or with `at_once` all of them; returns those that were done here.

    Never raises for what happens in a chore: that is logged, kept in its row, and tried again after 5 minutes. Ends
    early when this process is told to stop.
    """
    turns = dict(ChoreTurn.objects.annotate(is_due=reduce(or_, map(_due, CHORES))).values_list("name", "is_due"))
    new = [ChoreTurn(name=chore.name) for chore in CHORES if chore.name not in turns]
    ChoreTurn.objects.bulk_create(new, ignore_conflicts=True)
    due = [chore for chore in CHORES if at_once or turns.get(chore.name, True)]
    return [_do(chore) for chore in due if not runner.stop_requested.is_set() and _take_turn(chore, at_once)]


def _due(chore: Chore) -> Q:
    """What holds for the row of a chore whose turn has come."""
    return Q(name=chore.name) & (Q(next_at__lte=Now()) | Q(next_at__gt=Now() + chore.every + TOO_FAR))


def _take_turn(chore: Chore, at_once: bool) -> bool:
    """Whether this turn is ours to do; to everyone else it has then been done."""
    row = ChoreTurn.objects.filter(Q(name=chore.name) if at_once else _due(chore))
    return row.update(next_at=Now() + chore.every, began_at=Now()) == 1


def _do(chore: Chore) -> Done:
    row = ChoreTurn.objects.filter(name=chore.name)
    try:
        count = chore.do()
    except Exception as error:
        logger.exception("chore %s: failed", chore.name)
        row.update(ended_at=Now(), error=type(error).__name__, next_at=Least("next_at", Now() + RETRY))
        return Done(chore, error=type(error).__name__)
    row.update(ended_at=Now(), error="", removed=count)
    if count:
        logger.info("chore %s: %d %s", chore.name, count, chore.did)
    return Done(chore, count)


def tell_starts_and_ends() -> int:
    """Tell other systems of the promotions that have started or ended (promotions.webhooks.notices)."""
    return _in_batches(notices.tell_some)


def remove_idempotency_keys() -> int:
    """Remove the keys whose requests may not come again after PROMOTIONS_IDEMPOTENCY_HOURS."""
    return _remove_older(IdempotencyKey.objects.all(), timedelta(hours=settings.PROMOTIONS_IDEMPOTENCY_HOURS))


def remove_webhook_deliveries() -> int:
    """Remove the log of what was told to webhooks after WEBHOOKS_KEEP_DAYS, and what nobody wants to be told."""
    return _remove_older(WebhookDelivery.objects.all(), timedelta(days=settings.WEBHOOKS_KEEP_DAYS))


def remove_deliveries() -> int:
    """Remove what the queue has delivered; a job's life is in its own row."""
    now = timezone.now()
    running = Q(status=TaskResultStatus.RUNNING, started_at__lt=now - DELIVERIES_ABANDONED)
    old = DBTaskResult.objects.filter(Q(finished_at__lt=now - DELIVERIES_KEPT) | running).order_by("pk")
    return _in_batches(lambda: _remove(old))


def remove_tokens() -> int:
    """Remove the OAuth tokens that have expired, by the rules of the library that makes them."""
    expired = get_access_token_model().objects.filter(expires__lt=timezone.now())
    before = expired.count()
    clear_expired()
    return before - expired.count()


def remove_sessions() -> int:
    """Remove the sessions of staff that have expired."""
    expired = Session.objects.filter(expire_date__lt=timezone.now()).order_by("expire_date")
    return _in_batches(lambda: _remove(expired))


def _remove_older(rows: QuerySet, age: timedelta) -> int:
    """Remove the rows that were created longer ago than `age`."""
    limit = timezone.now() - age

    def oldest() -> list[int]:
        # From the first on, until one is young: looking for old ones would go through all rows.
        first = rows.order_by("pk").values_list("pk", "created_at")[:BATCH]
        return [pk for pk, created_at in first if created_at < limit]

    return _in_batches(lambda: _remove(rows.filter(pk__in=oldest())))


def _in_batches(do_some: Callable[[], int]) -> int:
    """Go on until nothing is left or this process is told to stop; leaves the database free in between."""
    turns, done = Turns(), 0
    while not runner.stop_requested.is_set():
        with turns.taken():
            count = do_some()
        if not count:
            break
        done += count
    return done


def _remove(rows: QuerySet) -> int:
    """Remove a batch of these rows in one transaction."""
    keys = list(rows.values_list("pk", flat=True)[:BATCH])
    return rows.model._default_manager.filter(pk__in=keys).delete()[0] if keys else 0


CHORES = (
    Chore("notices", timedelta(seconds=10), tell_starts_and_ends, did="told"),
    Chore("exports", timedelta(minutes=5), export.collect),
    Chore("idempotency_keys", timedelta(hours=1), remove_idempotency_keys),
    Chore("deliveries", timedelta(hours=1), remove_deliveries),
    Chore("webhook_deliveries", timedelta(hours=1), remove_webhook_deliveries),
    Chore("tokens", timedelta(hours=1), remove_tokens),
    Chore("sessions", timedelta(days=1), remove_sessions),
)
