"""Working on one job for one slice of time: claim it, do or undo it, and let it go when it is time to.

What is done in a step is in `generate` and `undo`; this decides which of them runs, when to stop, and what
becomes of an error.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import InterfaceError, OperationalError

from promotions import log, tracing
from promotions.errors import INTERNAL_ERROR, JobFailure, LeaseLost
from promotions.jobs import export, generate, lifecycle, tally, undo
from promotions.models import Job, JobType

logger = logging.getLogger(__name__)

HANDLERS: dict[str, Callable[[Job], Iterator[None]]] = {
    JobType.CODE_GENERATE: generate.steps,
    JobType.CODE_EXPORT: export.steps,
}
# An export that made room for others would begin anew, perhaps for ever.
SHARES_ITS_TIME = {JobType.CODE_GENERATE}

# Set when this process has been told to end; the job in hand is then let go after its current batch.
stop_requested = threading.Event()


def run(job_id: int) -> bool:
    """Work on the job until it ends, its slice is over or this process is told to stop.

    Returns whether the job was handed back, so that it must be delivered again. Never raises for what happens
    to the job: an error makes it fail, a fault of the database makes it pause, a lost lease ends the work.
    """
    job = lifecycle.claim(job_id)
    if job is None:
        return False
    with log.about(**job.log_fields), tracing.span(f"job {job.job_type}", **job.log_fields):
        return _work_on(job)


def _work_on(claimed: Job) -> bool:
    job: Job | None = claimed
    slice_ = Slice(claimed.pk)
    while job is not None:
        try:
            for _ in tally.counted(job, _steps(job)):
                if slice_.is_over(shares=job.is_undoing or job.job_type in SHARES_ITS_TIME):
                    lifecycle.hand_back(job)
                    return True
            return False
        except LeaseLost:
            logger.info("job %s: not ours to go on with, looking again", job.uuid)
            job = lifecycle.look_again(job)
        except (OperationalError, InterfaceError):
            logger.exception("job %s: the database failed", job.uuid)
            _pause(job)
            return False
        except Exception as error:
            job = _failed(job, error)
    return False


def _steps(job: Job) -> Iterator[None]:
    return undo.steps(job) if job.is_undoing else HANDLERS[job.job_type](job)


def _failed(job: Job, error: Exception) -> Job | None:
    """Make the job fail for `error`; returns it, to be undone. An error while undoing only makes it pause."""
    if not isinstance(error, JobFailure):
        logger.exception("job %s: unexpected error", job.uuid)
    if job.is_undoing:
        _pause(job)
        return None
    reason = str(error) if isinstance(error, JobFailure) else INTERNAL_ERROR % {"kind": type(error).__name__}
    try:
        lifecycle.fail(job, reason)
    except LeaseLost:
        logger.info("job %s: not ours to fail, looking again", job.uuid)
    return lifecycle.look_again(job)


def _pause(job: Job) -> None:
    """Let the job rest; where even that fails, its lease runs out and has the same effect."""
    try:
        lifecycle.pause(job)
    except (LeaseLost, OperationalError, InterfaceError):
        logger.info("job %s: could not be paused, its lease will run out", job.uuid)


class Slice:
    """How long a worker may stay with one job, or with something else: for ever when no other job waits, else
    PROMOTIONS_JOB_SLICE seconds."""

    LOOK_EVERY = 1.0

    def __init__(self, job_id: int = 0) -> None:
        self.job_id = job_id
        self.look_at = time.monotonic() + settings.PROMOTIONS_JOB_SLICE

    def is_over(self, *, shares: bool) -> bool:
        """Whether to let the job go now: when told to, or when it `shares` its time and others wait."""
        if stop_requested.is_set():
            return True
        if not shares or time.monotonic() < self.look_at:
            return False
        self.look_at = time.monotonic() + self.LOOK_EVERY
        return Job.objects.unheld().exclude(pk=self.job_id).exists()
