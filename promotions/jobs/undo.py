"""Removing what a cancelled or failing job has made, until nothing is left."""

from collections.abc import Iterator

from promotions.codes import bulk
from promotions.jobs import lifecycle
from promotions.jobs.turns import Turns
from promotions.models import Job, PromotionCode

BATCH = bulk.DELETED_AT_ONCE


def steps(job: Job) -> Iterator[None]:
    """Undo the job: yields after each batch of codes that is deleted, and ends it after the last.

    Can be left at any yield and gone on with by any worker. Raises LeaseLost when the job is not this
    worker's any more.
    """
    turns = Turns()
    codes = PromotionCode.objects.filter(promotion_id=job.promotion_id, job_id=job.pk)
    while job.deleted < job.generated:
        with turns.taken(), lifecycle.batch(job) as done:
            done["deleted"], done["after_code_id"] = bulk.delete_next(codes, job.after_code_id, BATCH)
        if not done["deleted"]:
            raise RuntimeError(f"job {job.uuid} counts {job.generated - job.deleted} codes that are not there")
        yield
    lifecycle.end_undo(job)
