"""Removing what is left of a deleted promotion: its codes batch by batch, then its jobs and its own row.

Its usages and versions stay. Any number of workers may do so at a time: each batch is one transaction that holds the
promotion's row, and a batch that has been removed needs nothing else to be remembered.
"""

import logging

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from promotions.codes import bulk
from promotions.jobs.runner import Slice
from promotions.jobs.turns import Turns
from promotions.models import Promotion

logger = logging.getLogger(__name__)

BATCH = bulk.DELETED_AT_ONCE


def run(promotion_id: int) -> bool:
    """Remove the promotion until nothing is left, the slice is over or this process is told to stop.

    Returns whether it must be delivered again. A promotion whose job is still being undone is left alone; the sweep
    comes back to it.
    """
    slice_, turns = Slice(), Turns()
    after_id: int | None = 0
    while after_id is not None:
        with turns.taken():
            after_id = _remove_batch(promotion_id, after_id)
        if after_id is not None and slice_.is_over(shares=True):
            return True
    return False


@transaction.atomic
def _remove_batch(promotion_id: int, after_id: int) -> int | None:
    """Remove some codes after `after_id`, or all the rest when there are none; the id to go on from, if any."""
    row = Promotion.objects.filter(pk=promotion_id, deleted_at__isnull=False)
    promotion = row.select_for_update(skip_locked=True, no_key=True).first()
    if promotion is None or promotion.jobs.active().exists():
        return None
    deleted, last_id = bulk.delete_next(promotion.codes.all(), after_id, BATCH)
    if deleted:
        # The sweep sees by this that someone is at it.
        row.update(code_count=F("code_count") - deleted, updated_at=Now())
        return last_id
    _remove_rows(promotion)
    return None


def _remove_rows(promotion: Promotion) -> None:
    # Not through Job.delete: it would look for codes of each job, for which there is no index.
    promotion.jobs.all()._raw_delete(promotion.jobs.db)
    Promotion.objects.filter(pk=promotion.pk)._raw_delete(promotion.jobs.db)
    logger.info("promotion %s: removed", promotion.uuid)
