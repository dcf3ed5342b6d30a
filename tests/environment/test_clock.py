"""A machine's clock that is wrong, and jumps while a worker works: jobs stay exact, and none waits for the clock."""

import os
from pathlib import Path

import pytest
from django.db import connection

from promotions.models import Job
from promotions.states import Status
from tests.large_job import (
    assert_cancelled_and_clean,
    assert_completed,
    new_large_job,
    wait_for_end,
    wait_for_progress,
)
from tests.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def library():
    """What gives a process a clock of its own."""
    found = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("Debian's package faketime is not installed")
    return found


class Clock:
    """A clock of which one can say how wrong it is; intervals are measured rightly, as by a real machine."""

    def __init__(self, library, file):
        self.file = file
        self.set("+0d")
        self.environment = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "PYTHONPATH": str(Path(__file__).parent / "sleep_under_faketime"),
        }

    def set(self, off):
        """Sets it wrong by so much, such as `+1h` or `-2d`, in one moment."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{off}\n")
        new.replace(self.file)


@pytest.fixture
def clock(library, tmp_path):
    return Clock(library, tmp_path / "clock")


@pytest.fixture
def job(transactional_db):
    return new_large_job()


def made(job):
    return Job.objects.get(pk=job.pk).generated


@pytest.mark.parametrize("jumps", [("+1h", "-2d"), ("-1h", "+30d")])
def test_a_clock_that_jumps_while_codes_are_made_changes_nothing(job, start_worker, clock, jumps):
    start_worker(**clock.environment)
    wait_for_progress(job)
    for off in jumps:
        clock.set(off)
        before = made(job)
        wait_until(lambda before=before: made(job) > before)
    wait_for_end(job)
    assert_completed(job)
    assert job.lease_token == 1


def test_a_worker_whose_clock_is_a_day_ahead_takes_no_codes_from_another(job, start_worker, clock):
    start_worker()
    wait_for_progress(job)
    clock.set("+1d")
    start_worker(**clock.environment)
    wait_for_end(job)
    assert_completed(job)
    # SQLite asks the machine for the time; there the token protects the job, not the lease.
    assert job.lease_token == 1 or connection.vendor == "sqlite"


def test_a_cancelled_job_is_clean_soon_although_its_dead_worker_s_clock_was_ahead(job, start_worker, clock):
    clock.set("+1d")
    first = start_worker(**clock.environment)
    wait_for_progress(job)
    first.kill()
    Job.objects.get(pk=job.pk).cancel(by="ann")
    start_worker()
    wait_until(lambda: Job.objects.get(pk=job.pk).status == Status.CANCELLED, seconds=40)
    assert_cancelled_and_clean(job)


def test_a_pending_job_is_done_by_a_worker_whose_clock_is_behind(job, start_worker, clock):
    clock.set("-2d")
    start_worker(**clock.environment)
    wait_for_end(job)
    assert_completed(job)
