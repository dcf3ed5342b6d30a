"""A job worked on for real, in this process."""

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from promotions.codes import bulk
from promotions.errors import JobFailure
from promotions.jobs import generate, lifecycle, runner, undo
from promotions.jobs.create import create_job
from promotions.models import Job, JobType, Promotion, PromotionCode
from promotions.states import Status
from tests import queue
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_batches(monkeypatch):
    """Batches of ten, so that a small job has many."""
    monkeypatch.setattr(generate, "BATCH", 10)
    monkeypatch.setattr(undo, "BATCH", 10)


@pytest.fixture
def after_batch(monkeypatch, small_batches):
    """`after_batch(n, do)` has `do(job)` happen right after the n-th committed batch of generating."""

    def arrange(number, do):
        def steps(job):
            for count, _ in enumerate(generate.steps(job), start=1):
                if count == number:
                    do(Job.objects.get(pk=job.pk))
                yield

        monkeypatch.setitem(runner.HANDLERS, JobType.CODE_GENERATE, steps)

    return arrange


def test_a_job_makes_its_codes_as_told():
    job = JobFactory(
        number_of_codes=100,
        code_length=10,
        code_prefix="Summer-",
        max_uses_per_code=1,
        consume_unit="per_item",
        created_by="The shop",
    )
    assert runner.run(job.pk) is False
    job.refresh_from_db()
    assert (job.status, job.generated, job.deleted, job.lease_expires_at) == (Status.COMPLETED, 100, 0, None)
    codes = PromotionCode.objects.all()
    assert codes.count() == 100
    assert codes.live().count() == 100
    assert Promotion.objects.get().code_count == 100
    for code in codes:
        assert code.code.startswith("Summer-")
        assert [len(part) for part in code.code.split("-")] == [6, 4, 4, 2]
        assert (code.uses, code.max_uses, code.consume_unit) == (1, 1, "per_item")
        assert (code.promotion_id, code.job_id, code.created_by) == (job.promotion_id, job.pk, "The shop")
        assert abs((timezone.now() - code.created_at).total_seconds()) < 60


def test_a_second_delivery_does_nothing():
    job = JobFactory()
    runner.run(job.pk)
    before = Job.objects.values().get()
    runner.run(job.pk)
    assert Job.objects.values().get() == before
    assert PromotionCode.objects.count() == 100


def test_codes_are_hidden_until_the_job_is_completed(after_batch):
    seen = []
    after_batch(2, lambda job: seen.append((PromotionCode.objects.count(), PromotionCode.objects.live().count())))
    runner.run(JobFactory().pk)
    assert seen == [(20, 0)]
    assert PromotionCode.objects.live().count() == 100


def test_a_cancelled_job_stops_after_its_batch_and_removes_its_own_codes_only(after_batch):
    promotion = PromotionFactory(code_count=1)
    other = PromotionCodeFactory(promotion=promotion)
    after_batch(3, lambda job: job.cancel(by="someone"))
    job = JobFactory(promotion=promotion)
    runner.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.generated, job.deleted) == (Status.CANCELLED, 30, 30)
    assert list(PromotionCode.objects.all()) == [other]
    assert Promotion.objects.get().code_count == 1


def test_a_job_that_is_cancelled_after_its_last_batch_is_undone(after_batch):
    after_batch(10, lambda job: job.cancel())
    job = JobFactory()
    runner.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.generated, job.deleted) == (Status.CANCELLED, 100, 100)
    assert not PromotionCode.objects.exists()


@pytest.mark.parametrize(
    ("error", "told"),
    [(JobFailure("codes ran out"), "codes ran out"), (ValueError("secret"), "internal error: ValueError")],
)
def test_an_error_removes_what_was_made_and_then_the_job_is_failed(after_batch, error, told):
    def broken(job):
        raise error

    after_batch(2, broken)
    job = JobFactory()
    runner.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.error, job.generated, job.deleted) == (Status.FAILED, told, 20, 20)
    assert not PromotionCode.objects.exists()
    assert Promotion.objects.get().code_count == 0


def test_a_cancel_that_meets_an_error_wins(after_batch):
    def both(job):
        job.cancel()
        raise ValueError

    after_batch(2, both)
    job = JobFactory()
    runner.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.deleted) == (Status.CANCELLED, 20)


def test_a_fault_of_the_database_pauses_the_job_and_it_goes_on_later(after_batch):
    def gone(job):
        raise OperationalError("server closed the connection")

    after_batch(2, gone)
    job = JobFactory()
    assert runner.run(job.pk) is False
    job.refresh_from_db()
    assert (job.status, job.generated, job.error) == (Status.PROCESSING, 20, "")
    assert job.lease_expires_at > timezone.now()
    after_batch(99, gone)
    Job.objects.update(lease_expires_at=timezone.now())
    runner.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.generated) == (Status.COMPLETED, 100)
    assert PromotionCode.objects.count() == 100


def test_an_error_while_undoing_pauses_and_never_fails(after_batch, monkeypatch):
    after_batch(2, lambda job: job.cancel())
    real = bulk.delete_next

    def broken(*args):
        raise ValueError

    monkeypatch.setattr(bulk, "delete_next", broken)
    job = JobFactory()
    runner.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.deleted) == (Status.CANCELLING, 0)
    monkeypatch.setattr(bulk, "delete_next", real)
    Job.objects.update(lease_expires_at=timezone.now())
    runner.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.deleted) == (Status.CANCELLED, 20)


def test_a_worker_that_is_told_to_stop_hands_the_job_back_after_its_batch(after_batch):
    after_batch(2, lambda job: runner.stop_requested.set())
    job = JobFactory()
    assert runner.run(job.pk) is True
    job.refresh_from_db()
    assert (job.status, job.generated, job.attempts, job.lease_expires_at) == (Status.PROCESSING, 20, 0, None)
    runner.stop_requested.clear()
    after_batch(99, None)
    runner.run(job.pk)
    assert PromotionCode.objects.count() == 100


def test_undoing_is_handed_back_too(after_batch):
    def cancel(job):
        job.cancel()
        runner.stop_requested.set()

    after_batch(3, cancel)
    job = JobFactory()
    # The stop is seen after the batch in hand; the next worker finds the job cancelling.
    runner.run(job.pk)
    runner.stop_requested.clear()
    runner.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.deleted) == (Status.CANCELLED, 30)


def test_a_job_makes_room_for_others_when_its_slice_is_over_and_only_then(settings, small_batches, monkeypatch):
    settings.PROMOTIONS_JOB_SLICE = 0
    monkeypatch.setattr(runner.Slice, "LOOK_EVERY", 0)
    alone = JobFactory()
    assert runner.run(alone.pk) is False
    first, _second = JobFactory(), JobFactory()
    assert runner.run(first.pk) is True
    first.refresh_from_db()
    assert 0 < first.generated < 100


def test_taken_texts_are_drawn_again(monkeypatch, small_batches):
    draws = iter([["aaaa"] * 10, *([f"code-{n}-{i}" for i in range(10)] for n in range(100))])
    monkeypatch.setattr(generate.text, "draw", lambda count, *args: next(draws)[:count])
    PromotionCodeFactory(code="code-0-5")
    job = JobFactory(number_of_codes=15)
    runner.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.generated) == (Status.COMPLETED, 15)
    assert PromotionCode.objects.filter(job=job).count() == 15


def test_a_job_that_finds_no_free_text_fails_and_leaves_nothing(monkeypatch, small_batches):
    monkeypatch.setattr(generate.text, "draw", lambda count, *args: ["same"] * count)
    job = JobFactory()
    runner.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.error) == (Status.FAILED, "no free codes are left for this length and prefix")
    assert not PromotionCode.objects.exists()


def test_a_counter_that_does_not_match_the_rows_is_not_taken_for_clean(small_batches):
    job = lifecycle.claim(JobFactory(status=Status.CANCELLING, generated=5).pk)
    with pytest.raises(RuntimeError, match="counts 5 codes that are not there"):
        list(undo.steps(job))
    assert Job.objects.get().status == Status.CANCELLING


def test_a_new_job_is_delivered_once_its_transaction_is_committed(django_capture_on_commit_callbacks):
    queue.empty()
    with django_capture_on_commit_callbacks(execute=True):
        job = create_job(PromotionFactory(), JobType.CODE_GENERATE, number_of_codes=5)
        assert queue.keys() == []
    assert queue.keys() == [job.pk]


def test_no_query_of_a_batch_reads_the_table_of_codes_as_a_whole(small_batches):
    """Guards against a count(*) that would make a batch slower the more codes there are."""
    job = lifecycle.claim(JobFactory().pk)
    connection.force_debug_cursor = True
    try:
        connection.queries_log.clear()
        next(generate.steps(job))
        made = [query["sql"] for query in connection.queries if "SAVEPOINT" not in query["sql"]]
    finally:
        connection.force_debug_cursor = False
    adding = "COPY" if connection.vendor == "postgresql" else "INSERT"
    assert [sql.split()[0] for sql in made] == [adding, "UPDATE"]
