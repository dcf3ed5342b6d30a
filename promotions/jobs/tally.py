"""Counting what this worker does: its batches, how long each took, and the codes in it.

It is counted in memory and now and then added to what all workers have done (`flush`, by the thread of the sign of
life), so that it costs the work itself nothing. A worker that is killed takes the last few seconds with it.
"""

import threading
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator

from django.db import transaction
from django.db.models import F

from promotions.models import BatchTally, Job, JobType

# What a batch does to codes: the names of the job's counters.
WHAT = ("generated", "deleted", "exported")
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
BOUNDS = (*map(str, SECONDS), "+Inf")

Counts = tuple[int, float, int]

_counted: dict[tuple[str, str], Counts] = defaultdict(lambda: (0, 0.0, 0))
_lock = threading.Lock()


def counted(job: Job, steps: Iterator[None]) -> Iterator[None]:
    """The steps of the job, each counted from its beginning until it is committed."""
    what = "deleted" if job.is_undoing else "exported" if job.job_type == JobType.CODE_EXPORT else "generated"
    while True:
        before, began = getattr(job, what), time.monotonic()
        try:
            next(steps)
        except StopIteration:
            return
        seconds = time.monotonic() - began
        _add((what, BOUNDS[bisect_left(SECONDS, seconds)]), (1, seconds, getattr(job, what) - before))
        yield


def flush() -> None:
    """Add what was counted since the last time to what all workers have done. When the database fails, which is
    raised, it is kept for the next time."""
    with _lock:
        mine = dict(_counted)
        _counted.clear()
    if not mine:
        return
    try:
        with transaction.atomic():
            BatchTally.objects.bulk_create(
                [BatchTally(what=what, bound=bound) for what, bound in mine], ignore_conflicts=True
            )
            # In one order, so that no two workers wait for each other.
            for (what, bound), (batches, seconds, codes) in sorted(mine.items()):
                BatchTally.objects.filter(what=what, bound=bound).update(
                    batches=F("batches") + batches, seconds=F("seconds") + seconds, codes=F("codes") + codes
                )
    except Exception:
        for key, counts in mine.items():
            _add(key, counts)
        raise


def _add(key: tuple[str, str], counts: Counts) -> None:
    with _lock:
        batches, seconds, codes = _counted[key]
        _counted[key] = batches + counts[0], seconds + counts[1], codes + counts[2]
