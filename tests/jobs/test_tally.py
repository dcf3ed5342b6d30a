"""What workers count of their work, and how it is added up."""

import pytest
from django.db import OperationalError

from promotions.jobs import lifecycle, runner, tally
from promotions.models import BatchTally, JobType
from tests.factories import JobFactory, PromotionFactory
from tests.races.together import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    tally._counted.clear()
    yield
    tally._counted.clear()


def added_up():
    """The batches and codes of each kind of work."""
    tally.flush()
    sums = {}
    for row in BatchTally.objects.all():
        batches, codes = sums.get(row.what, (0, 0))
        sums[row.what] = batches + row.batches, codes + row.codes
    return sums


def test_generating_undoing_and_exporting_are_counted_apart():
    promotion = PromotionFactory()
    runner.run(JobFactory(promotion=promotion, number_of_codes=25_000).pk)
    assert added_up() == {"generated": (3, 25_000)}
    runner.run(JobFactory(promotion=promotion, job_type=JobType.CODE_EXPORT, number_of_codes=None).pk)
    assert added_up() == {"generated": (3, 25_000), "exported": (1, 25_000)}
    job = lifecycle.claim(JobFactory(number_of_codes=12_000).pk)
    next(runner._steps(job))
    job.cancel()
    type(job).objects.update(lease_expires_at=None)
    runner.run(job.pk)
    assert added_up()["deleted"][1] == 10_000


def test_a_batch_is_counted_with_what_it_took_in_the_bucket_of_that(monkeypatch):
    times = iter([0, 0.3, 10, 10.004, 20, 90, 100])
    monkeypatch.setattr(tally.time, "monotonic", lambda: next(times))
    job = JobFactory()

    def steps():
        for number in (1, 2, 3):
            job.generated = number
            yield

    assert len(list(tally.counted(job, steps()))) == 3
    tally.flush()
    rows = {row.bound: (row.batches, round(row.seconds, 3), row.codes) for row in BatchTally.objects.all()}
    assert rows == {"0.5": (1, 0.3, 1), "0.01": (1, 0.004, 1), "+Inf": (1, 70, 1)}


def test_a_batch_that_is_rolled_back_is_not_counted():
    def steps():
        raise lifecycle.LeaseLost
        yield

    with pytest.raises(lifecycle.LeaseLost):
        list(tally.counted(JobFactory(), steps()))
    assert added_up() == {}


def test_what_could_not_be_written_is_kept_for_the_next_time(monkeypatch):
    runner.run(JobFactory(number_of_codes=10).pk)

    def away(*args, **how):
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(BatchTally.objects, "bulk_create", away)
        with pytest.raises(OperationalError):
            tally.flush()
    assert added_up() == {"generated": (1, 10)}
    assert added_up() == {"generated": (1, 10)}


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_when_many_add_at_once():
    def add_and_flush():
        for _ in range(20):
            tally._add(("generated", "0.1"), (1, 0.05, 10))
            tally.flush()

    assert at_once(*[add_and_flush] * 4) == [None] * 4
    assert added_up() == {"generated": (80, 800)}
