"""What a worker does to a job's row: claim it, write under its token, end it, let it go.

Each function is one transaction in which the job's row is written by one conditional UPDATE, by way of
`Job.objects.transition`. A write that finds the job in another state, or under another token, changes nothing
and raises LeaseLost. Imports models, states and errors only. Cancelling is `Job.cancel`: it needs no lease.

`now` is the database's time unless a test says otherwise, so that no two machines' clocks are compared.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest, Now

from promotions.errors import CODES_LIMIT_EXCEEDED, NO_PROGRESS, LeaseLost
from promotions.models import Job, Promotion, PromotionCode
from promotions.models.job import LONGEST_LEASE
from promotions.models.promotion import PromotionQuerySet
from promotions.states import Event, Status

logger = logging.getLogger(__name__)

# Longer than any batch and than the time after which a database ends a transaction that does nothing (10 s).
LEASE = timedelta(seconds=15)
# Claims without a committed batch in between, after which a job that is not being undone fails.
MAX_ATTEMPTS = 5

Clock = Now | datetime


def claim(job_id: int, *, now: Clock | None = None) -> Job | None:
    """Take the job, if it is pending or its lease has run out: it gets a new token and a lease of 15 s.

    Returns the job as its new holder sees it, or None when it is not to be had: it has ended, someone else
    holds it, or its promotion has no room for its codes, which makes it fail.
    """
    now = now or Now()
    # The token is read in the transaction that made it: read later, it could be the next holder's.
    with transaction.atomic():
        job = Job.objects.filter(pk=job_id).first()
        how = next((how for take, how in _CLAIMS if take(job, now)), None) if job else None
    if job is None or how is None:
        return None
    if job.finished_at:
        logger.warning("job %s: refused: %s", job.uuid, job.error, extra=job.log_fields)
        return None
    logger.info("job %s: %s, %s, attempt %d", job.uuid, how, job.state, job.attempts, extra=job.log_fields)
    return job


def _new_lease(now: Clock) -> dict[str, Any]:
    return {
        "lease_token": F("lease_token") + 1,
        "lease_expires_at": now + LEASE,
        "attempts": F("attempts") + 1,
    }


def _begin(job: Job, now: Clock) -> bool:
    """The first claim: reserves the job's whole number of codes, or makes the job fail."""
    if job.status != Status.PENDING:
        return False
    with transaction.atomic():
        # The promotion's row before the job's, as everywhere, so that no two transactions wait for each other.
        promotion = Promotion.objects.filter(pk=job.promotion_id)
        if _reserve(promotion, job):
            below = PromotionCode.objects.highest_id()
            changes = {"started_at": now, "after_code_id": below} | _new_lease(now)
            begun = Job.objects.transition(Event.BEGIN, job, **changes)
        else:
            begun = Job.objects.transition(Event.REFUSE, job, error=CODES_LIMIT_EXCEEDED)
        if not begun:
            # Cancelled, or begun by another, since it was read: the reservation is rolled back.
            transaction.set_rollback(True)
    return begun


def _reserve(promotion: PromotionQuerySet, job: Job) -> bool:
    return job.wanted_codes == 0 or promotion.reserve(job.wanted_codes, settings.PROMOTIONS_MAX_CODES)


def _take_over(job: Job, now: Clock) -> bool:
    may_go_on = Q(attempts__lt=MAX_ATTEMPTS) | Q(status=Status.CANCELLING) | ~Q(error="")
    # Of a job that was handed back after each slice, the audit trail would tell little else.
    was_held = job.lease_expires_at is not None
    return (
        Job.objects.unheld(now).filter(may_go_on).transition(Event.TAKE_OVER, job, is_told=was_held, **_new_lease(now))
    )


def _give_up(job: Job, now: Clock) -> bool:
    error = NO_PROGRESS % {"attempts": MAX_ATTEMPTS}
    given_up = Job.objects.unheld(now).filter(attempts__gte=MAX_ATTEMPTS)
    return given_up.transition(Event.GIVE_UP, job, error=error, **_new_lease(now))


# The ways to get a job, in the order in which they are tried, and what the log calls them.
_CLAIMS = ((_begin, "begun"), (_take_over, "taken over"), (_give_up, "given up"))


def _write(job: Job, event: Event, **changes: Any) -> None:
    """Let `event` happen to the job, if it still is its holder's. Raises LeaseLost if not."""
    if not Job.objects.filter(lease_token=job.lease_token).transition(event, job, **changes):
        raise LeaseLost(f"job {job.uuid} is not held by token {job.lease_token} any more")


@contextmanager
def batch(job: Job, *, now: Clock | None = None) -> Iterator[dict[str, int]]:
    """One transaction of the worker: codes and progress are committed together or not at all.

    The caller writes rows and puts what it did into the yielded dictionary: `generated` and `deleted` are
    added to the job's counters, `after_code_id` replaces the job's. The job's row is written last, so that it
    is locked only for the moment of the commit. Raises LeaseLost, with everything rolled back, when the job was
    cancelled, failed or taken over meanwhile. Afterwards `job` carries the new numbers.
    """
    event = Event.UNDO_BATCH if job.is_undoing else Event.COMMIT_BATCH
    done: dict[str, int] = {}
    with transaction.atomic():
        yield done
        counters = {name: getattr(job, name) + done.get(name, 0) for name in ("generated", "deleted")}
        numbers = counters | {"after_code_id": done.get("after_code_id", job.after_code_id)}
        _write(job, event, attempts=0, lease_expires_at=(now or Now()) + LEASE, **numbers)
    for name, number in numbers.items():
        setattr(job, name, number)


def renew(job: Job, exported: int, *, now: Clock | None = None) -> None:
    """Say that the holder is alive and has written `exported` rows so far. Raises LeaseLost.

    The file is lost with its worker, so this is no progress that would make the attempts start anew.
    """
    _write(job, Event.COMMIT_BATCH, lease_expires_at=(now or Now()) + LEASE, exported=exported)
    job.exported = exported


def complete(job: Job, *, file: str = "", file_sha256: str | None = None) -> None:
    """End the job as completed: from this moment its codes are live, or its `file` is there. Raises LeaseLost."""
    _write(job, Event.COMPLETE, lease_expires_at=None, file=file, file_sha256=file_sha256)
    logger.info("job %s: completed with %d codes", job.uuid, job.generated or job.exported, extra=job.log_fields)


def fail(job: Job, error: str) -> None:
    """Say that the job cannot be done; it is undone next, and `failed` when nothing is left. Raises LeaseLost."""
    _write(job, Event.FAIL, error=error[: Job._meta.get_field("error").max_length])
    logger.warning("job %s: failing: %s", job.uuid, error, extra=job.log_fields)


def end_undo(job: Job) -> None:
    """End the job as cancelled or failed, and give back what it had reserved. Raises LeaseLost.

    No code of the job may be left; the database checks that its counters say so.
    """
    with transaction.atomic():
        Promotion.objects.filter(pk=job.promotion_id).give_back(job.wanted_codes)
        _write(job, Event.END_UNDO, lease_expires_at=None)
    logger.info("job %s: undone, %d codes deleted", job.uuid, job.deleted, extra=job.log_fields)


def hand_back(job: Job, *, now: Clock | None = None) -> None:
    """Give the job up at once, for any worker to take; the claim does not count as an attempt.

    The caller must have it delivered again. Raises LeaseLost.
    """
    _write(
        job,
        Event.LET_GO,
        lease_expires_at=None,
        attempts=Greatest(F("attempts") - 1, 0),
        delivered_at=now or Now(),
    )
    numbers = job.generated, job.number_of_codes
    logger.info("job %s: handed back at %d of %s", job.uuid, *numbers, extra=job.log_fields)


def pause(job: Job, *, now: Clock | None = None) -> None:
    """Give the job up after a fault that may pass. Nobody takes it before a pause that grows with each attempt
    without progress, from 1 s to 5 min; then the sweep delivers it. Raises LeaseLost."""
    length = min(timedelta(seconds=2 ** min(job.attempts - 1, 20)), LONGEST_LEASE)
    _write(job, Event.LET_GO, lease_expires_at=(now or Now()) + length)
    numbers = length.total_seconds(), job.attempts
    logger.warning("job %s: paused for %d s after attempt %d", job.uuid, *numbers, extra=job.log_fields)


def look_again(job: Job) -> Job | None:
    """What has become of the job that its holder could not write to: the fresh row if it still is the holder's
    to work on, else None."""
    fresh = Job.objects.select_related("promotion").get(pk=job.pk)
    is_mine = fresh.lease_token == job.lease_token and fresh.finished_at is None
    return fresh if is_mine else None
