"""Finding what nobody will work on, and delivering it again. Run by every worker and by recover_jobs."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, Value
from django.db.models.functions import Now

from promotions.jobs import tasks
from promotions.models import Job, Promotion

logger = logging.getLogger(__name__)

# A delivery that was not taken up for so long may be lost. The wait doubles each time, so that a long queue is
# not filled with copies.
PATIENCE = timedelta(seconds=60)
PATIENCE_REMOVAL = timedelta(seconds=15)


def sweep(*, at_once: bool = False, now: datetime | None = None) -> list[Job]:
    """Deliver every stranded job again; returns those that were. Any number of processes may do so at a time.

    Stranded is a job whose lease has run out, a cancelled one that nobody holds, and one that waits for its
    delivery for too long; with `at_once`, everything that nobody holds.
    """
    time = Value(now, DateTimeField()) if now else Now()
    unheld = Job.objects.unheld(now).annotate(time=time).order_by("id")
    return [job for job in unheld if (at_once or _is_stranded(job, job.time)) and _deliver(job)]


def sweep_deleted(*, at_once: bool = False, now: datetime | None = None) -> list[Promotion]:
    """Have deleted promotions removed that nobody is removing; returns those.

    A worker that is at it says so with every batch; with `at_once`, it is not waited for.
    """
    time = Value(now, DateTimeField()) if now else Now()
    deleted = Promotion.objects.filter(deleted_at__isnull=False).annotate(time=time).order_by("id")
    return [one for one in deleted if (at_once or _is_left(one, one.time)) and _deliver_removal(one)]


def _is_left(promotion: Promotion, now: datetime) -> bool:
    return now - promotion.updated_at > PATIENCE_REMOVAL


def _deliver_removal(promotion: Promotion) -> bool:
    with transaction.atomic():
        mine = Promotion.objects.filter(pk=promotion.pk, updated_at__lte=promotion.updated_at)
        if promotion.jobs.active().exists() or not mine.update(updated_at=Now()):
            return False
        tasks.deliver_removal(promotion.pk)
    return True


def _is_stranded(job: Job, now: datetime) -> bool:
    for since in (job.lease_expires_at, job.cancel_requested_at):
        if since and job.delivered_at < since:
            return True
    # Delivered in the future: the clock has been set back since.
    return job.delivered_at > now or now - job.delivered_at > max(PATIENCE, job.delivered_at - job.created_at)


def _deliver(job: Job) -> bool:
    """Deliver the job, unless another sweep has done so since it was read."""
    with transaction.atomic():
        # Not "equal": SQLite keeps its own times with fewer digits than it is given.
        mine = Job.objects.filter(pk=job.pk, delivered_at__lte=job.delivered_at, lease_token=job.lease_token)
        if not mine.active().update(delivered_at=Now()):
            return False
        tasks.deliver(job)
    logger.warning("job %s: nobody works on it, delivered again", job.uuid, extra=job.log_fields)
    return True
