"""A worker leaves SQLite to others now and then, and PostgreSQL never waits."""

import pytest
from django.db import connection

from promotions.jobs.turns import FREE, WORK, Turns


class Clock:
    """Time passes by `work` and by sleeping only; `pauses` are the seconds slept."""

    def __init__(self):
        self.time, self.pauses = 0.0, []

    def work(self, seconds):
        self.time += seconds

    def sleep(self, seconds):
        self.pauses.append(seconds)
        self.time += seconds


def pauses(batches, *, between=0.0):
    """What a worker sleeps whose batches take so long, with so much time between them."""
    clock = Clock()
    turns = Turns(now=lambda: clock.time, sleep=clock.sleep)
    for seconds in batches:
        with turns.taken():
            clock.work(seconds)
        clock.work(between)
    return clock.pauses


on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has one writer at a time")


@on_sqlite
def test_short_batches_share_a_turn():
    assert pauses([WORK / 4] * 8) == [pytest.approx(FREE)]


@on_sqlite
def test_after_each_long_batch_the_database_is_left_free():
    assert pauses([2 * WORK, 3 * WORK, 2 * WORK]) == [pytest.approx(FREE)] * 2


@on_sqlite
def test_time_in_which_the_worker_does_something_else_counts_as_free():
    assert pauses([2 * WORK] * 3, between=FREE / 4) == [pytest.approx(FREE * 3 / 4)] * 2
    assert pauses([2 * WORK] * 3, between=2 * FREE) == [0, 0]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_with_room_for_many_writers_nobody_waits():
    assert pauses([2 * WORK] * 5) == []
