"""Taking turns with other writers: SQLite has one at a time, and who waits for it looks again only now and then."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

# Seconds of work after which SQLite is left to others, and for how long. Who waits looks again at least every 25 ms in
# the first 100 ms: a shorter time can be missed, again and again (benchmarks.bulk, cancels beside a worker).
WORK = 0.04
FREE = 0.025


class Turns:
    """The turns of one worker at one job. PostgreSQL has room for many writers, so there nobody waits."""

    def __init__(self, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep) -> None:
        self._now, self._sleep = now, sleep
        self._begun = self._ended = now()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Around a batch, outside of its transaction: first leaves the database free, if it is time to."""
        if connection.vendor == "sqlite" and self._ended - self._begun >= WORK:
            self._sleep(max(0, self._ended + FREE - self._now()))
            self._begun = self._now()
        yield
        self._ended = self._now()
