"""Jobs that nobody works on are found; the others are left alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from promotions.errors import LeaseLost
from promotions.jobs import lifecycle
from promotions.jobs.sweep import sweep
from promotions.models import Job
from promotions.states import TERMINAL, Status
from tests import queue
from tests.factories import JobFactory

pytestmark = pytest.mark.django_db


def after(seconds):
    return timezone.now() + timedelta(seconds=seconds)


@pytest.fixture
def swept(django_capture_on_commit_callbacks):
    """Sweeps at a time, and returns the keys of the jobs that are in the queue then."""

    def run(**kwargs):
        queue.empty()
        with django_capture_on_commit_callbacks(execute=True):
            sweep(**kwargs)
        return queue.keys()

    return run


def test_a_job_whose_lease_ran_out_is_delivered_again_and_only_once(swept):
    job = lifecycle.claim(JobFactory().pk)
    assert swept(now=after(14)) == []
    assert swept(now=after(16)) == [job.pk]
    Job.objects.update(delivered_at=after(16))
    assert swept(now=after(17)) == []


def test_a_pending_job_whose_delivery_was_lost_is_delivered_again_after_a_minute(swept):
    job = JobFactory()
    assert swept(now=after(50)) == []
    assert swept(now=after(61)) == [job.pk]


def test_a_job_that_waits_for_long_is_delivered_ever_less_often(swept):
    job = JobFactory()
    Job.objects.update(delivered_at=after(600))
    assert swept(now=after(700)) == []
    assert swept(now=after(1201)) == [job.pk]


def test_a_cancelled_job_that_nobody_holds_is_delivered_at_once_and_first(swept):
    other = JobFactory()
    job = lifecycle.claim(JobFactory().pk)
    lifecycle.hand_back(job)
    assert swept() == []
    Job.objects.get(pk=job.pk).cancel()
    assert swept() == [job.pk]
    assert swept(at_once=True) == [job.pk, other.pk]


def test_a_job_in_good_hands_is_left_alone(swept):
    lifecycle.claim(JobFactory().pk)
    assert swept() == []
    assert swept(at_once=True) == []


@pytest.mark.parametrize("status", TERMINAL)
def test_a_job_that_has_ended_is_left_alone(swept, status):
    JobFactory(status=status)
    assert swept(now=after(10_000), at_once=True) == []


def test_everything_unheld_is_delivered_at_once_when_asked_for(swept):
    pending = JobFactory()
    cancelling = JobFactory(status=Status.CANCELLING)
    assert sorted(swept(at_once=True)) == [pending.pk, cancelling.pk]


def test_a_lease_that_a_clock_gave_which_has_been_set_back_is_no_lease(swept):
    job = lifecycle.claim(JobFactory(number_of_codes=3).pk, now=after(3600))
    assert swept() == [job.pk]
    assert lifecycle.claim(job.pk).lease_token == job.lease_token + 1
    with pytest.raises(LeaseLost):
        lifecycle.complete(job)


def test_the_longest_pause_is_waited_for(swept):
    job = JobFactory(status=Status.PROCESSING, attempts=30)
    lifecycle.pause(job)
    assert swept() == []
    assert lifecycle.claim(job.pk) is None


def test_a_delivery_of_the_future_is_repeated(swept):
    job = JobFactory(delivered_at=after(3600))
    assert swept() == [job.pk]
    assert swept() == []
