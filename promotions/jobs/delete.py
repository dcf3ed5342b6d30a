"""Deleting a promotion, for every door: it is gone at once, and its rows are removed in the background."""

from contextlib import suppress

from django.db import transaction

from promotions.errors import JobNotCancellable
from promotions.jobs import tasks
from promotions.models import Promotion
from promotions.models.promotion_change import mark_deleted

REASON = "The promotion was deleted"


def delete_promotion(promotion: Promotion, *, by: str) -> None:
    """Delete the promotion, whatever it has: its active job is cancelled, its codes are used no more.

    `by` names who did it. One short transaction, however many codes there are; they are removed later. Raises
    NotFound when it is gone already.
    """
    with transaction.atomic():
        locked = promotion.lock()
        for job in locked.jobs.active():
            # It is being cancelled already, or has just ended.
            with suppress(JobNotCancellable):
                job.cancel(by=by, reason=REASON)
        mark_deleted(locked, by)
        tasks.deliver_removal(locked.pk)
