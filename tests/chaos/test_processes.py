"""Workers that are killed, stopped and told to end: whatever happens, the counts are exact and nothing is left."""

import signal
import time
from contextlib import suppress

import pytest
from django.db import OperationalError, connection, transaction

from promotions.models import Job, PromotionCode
from promotions.states import TERMINAL, Status
from tests.large_job import (
    MANY,
    assert_cancelled_and_clean,
    assert_completed,
    let_lease_run_out,
    new_large_job,
    status,
    wait_for_end,
    wait_for_progress,
)
from tests.processes import wait_until


@pytest.fixture
def job(transactional_db):
    return new_large_job()


def assert_frozen(process):
    """Stops the process at a moment at which it does not hold the database, as far as that can be."""
    for _ in range(200):
        process.send(signal.SIGSTOP)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                if connection.vendor == "sqlite":
                    cursor.execute("PRAGMA busy_timeout")
                return
        except OperationalError:
            process.send(signal.SIGCONT)
            time.sleep(0.01)
    raise AssertionError("could not be stopped outside a transaction")


@pytest.fixture
def impatient(transactional_db):
    """A short wait for locks, where waiting would only be waiting."""
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA busy_timeout = 50")
    yield
    connection.close()


def test_a_killed_worker_s_job_is_finished_by_another_with_exact_counts(job, start, start_worker):
    first = start_worker()
    wait_for_progress(job)
    first.kill()
    made = Job.objects.get(pk=job.pk).generated
    assert PromotionCode.objects.filter(job=job).count() == made < MANY
    let_lease_run_out(job)
    start_worker()
    wait_for_end(job)
    assert_completed(job)
    assert job.lease_token == 2


def test_a_job_whose_worker_was_killed_many_times_still_ends_exactly(job, start, start_worker):
    for _ in range(4):
        worker = start_worker()
        before = Job.objects.get(pk=job.pk).generated
        wait_until(lambda before=before: Job.objects.get(pk=job.pk).generated > before or status(job) in TERMINAL)
        worker.kill()
        let_lease_run_out(job)
        if status(job) in TERMINAL:
            break
    start_worker()
    wait_for_end(job)
    assert_completed(job)


def test_a_worker_killed_while_cancelling_leaves_nothing_once_another_has_finished(job, start, start_worker):
    first = start_worker()
    wait_until(lambda: Job.objects.filter(pk=job.pk, generated__gte=MANY / 2).exists())
    job.cancel(by="someone")
    wait_until(lambda: Job.objects.filter(pk=job.pk, deleted__gt=0).exists())
    first.kill()
    if status(job) == Status.CANCELLING:
        let_lease_run_out(job)
    start_worker()
    wait_for_end(job)
    assert_cancelled_and_clean(job)


def test_a_stopped_worker_that_wakes_after_the_takeover_changes_nothing(job, start, start_worker, impatient):
    stopped = start_worker()
    wait_for_progress(job)
    assert_frozen(stopped)
    let_lease_run_out(job)
    start_worker()
    wait_until(lambda: Job.objects.filter(pk=job.pk, lease_token=2).exists())
    wait_for_end(job)
    before = Job.objects.filter(pk=job.pk).values().get()
    stopped.send(signal.SIGCONT)
    time.sleep(2)
    assert Job.objects.filter(pk=job.pk).values().get() == before
    assert stopped.child.poll() is None
    assert_completed(job)


def test_a_stopped_worker_that_wakes_during_the_takeover_changes_nothing(job, start, start_worker, impatient):
    stopped = start_worker()
    wait_for_progress(job)
    assert_frozen(stopped)
    let_lease_run_out(job)
    start_worker()
    wait_until(lambda: Job.objects.filter(pk=job.pk, lease_token=2).exists())
    stopped.send(signal.SIGCONT)
    wait_for_end(job)
    assert_completed(job)


def test_a_worker_that_is_told_to_end_hands_its_job_back_at_once(job, start, start_worker):
    first = start_worker()
    wait_for_progress(job)
    first.send(signal.SIGTERM)
    assert first.child.wait(10) == 0
    assert status(job) == Status.PROCESSING
    assert (job.lease_expires_at, job.attempts) == (None, 0)
    start_worker()
    wait_for_end(job)
    assert_completed(job)


def test_a_cancelled_job_is_clean_within_half_a_minute_of_its_worker_s_death(job, start, start_worker):
    """Without any help: the lease runs out, the sweep of another worker finds the job."""
    first = start_worker()
    wait_for_progress(job)
    first.kill()
    start_worker(PROMOTIONS_SWEEP_INTERVAL="5")
    cancelled_at = time.monotonic()
    job.cancel(by="someone")
    wait_for_end(job)
    assert time.monotonic() - cancelled_at < 30
    assert_cancelled_and_clean(job)


def test_a_worker_that_hangs_between_its_write_and_its_commit_does_not_hold_up_a_cancel(job, start, api, impatient):
    hanging = start("-m", "tests.chaos.hang_before_commit", str(job.pk))
    assert hanging.child.stdout.readline() == "written\n"
    address = f"/v2/promotions/{job.promotion.uuid}/jobs/{job.uuid}/cancel"
    answer = api.post(address)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    if connection.vendor == "sqlite":
        hanging.kill()  # SQLite has no server that could end the transaction
    wait_until(lambda: api.post(address).status_code == 200, seconds=20)
    with suppress(ProcessLookupError):
        hanging.send(signal.SIGCONT)
    hanging.child.wait(20)
    assert (status(job), job.generated) == (Status.CANCELLING, 0)
    assert not PromotionCode.objects.filter(job=job).exists()
