"""Things that happen at the same moment, over real connections; each with many rounds.

The first test is the control: without the guard the race is seen to happen, so the others do test something.
"""

import threading
from functools import partial

import pytest
from django.db.models.functions import Now

from promotions.codes import by_hand
from promotions.errors import JobNotCancellable, LeaseLost, TooManyJobs
from promotions.jobs import lifecycle, purge, runner
from promotions.jobs.create import create_job
from promotions.jobs.delete import delete_promotion
from promotions.models import Job, JobType, Promotion, PromotionCode
from promotions.states import TERMINAL, Status
from tests.factories import JobFactory, PromotionFactory
from tests.races.together import at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 40


def cancel(job):
    return lambda: Job.objects.get(pk=job.pk).cancel()


def test_control_reading_checking_and_saving_cancels_twice():
    def unguarded(job, barrier):
        copy = Job.objects.get(pk=job.pk)
        if not copy.is_cancellable:
            raise JobNotCancellable
        barrier.wait(timeout=5)
        Job.objects.filter(pk=job.pk).update(status=Status.CANCELLING, cancel_requested_at=Now())

    job, barrier = JobFactory(status=Status.PROCESSING), threading.Barrier(2)
    assert at_once(*[lambda: unguarded(job, barrier)] * 2) == [None, None]


@pytest.mark.parametrize("status", [Status.PENDING, Status.PROCESSING])
def test_of_several_cancels_at_once_exactly_one_succeeds(status):
    for _ in range(ROUNDS):
        results = at_once(*[cancel(JobFactory(status=status))] * 3)
        assert kinds(results) == ["JobNotCancellable", "JobNotCancellable", "NoneType"]


def test_a_cancel_against_the_completion_has_exactly_one_winner():
    for _ in range(ROUNDS):
        job = lifecycle.claim(JobFactory().pk)
        with lifecycle.batch(job) as done:
            done["generated"] = 100
        cancelled, completed = at_once(cancel(job), lambda job=job: lifecycle.complete(job))
        job.refresh_from_db()
        if cancelled is None:
            assert isinstance(completed, LeaseLost)
            assert job.status == Status.CANCELLING
        else:
            assert isinstance(cancelled, JobNotCancellable)
            assert completed is None
            assert job.status == Status.COMPLETED
            assert job.cancel_requested_at is None


def test_a_cancel_against_a_failure_ends_in_cancelled_and_gives_back_once():
    for _ in range(ROUNDS):
        job = lifecycle.claim(JobFactory().pk)

        def fail_and_undo(job=job):
            lifecycle.fail(job, "broken")
            lifecycle.end_undo(job)

        at_once(cancel(job), fail_and_undo)
        job.refresh_from_db()
        if job.status not in TERMINAL:
            lifecycle.end_undo(job)
            job.refresh_from_db()
        assert job.status in (Status.CANCELLED, Status.FAILED)
        assert bool(job.cancel_requested_at) == (job.status == Status.CANCELLED)
        assert Promotion.objects.get(pk=job.promotion_id).code_count == 0


def test_a_cancel_against_a_batch_never_counts_a_code_that_is_rolled_back():
    for _ in range(ROUNDS):
        job = lifecycle.claim(JobFactory().pk)

        def write(job=job):
            with lifecycle.batch(job) as done:
                done["generated"] = 10

        cancelled, written = at_once(cancel(job), write)
        assert cancelled is None
        assert Job.objects.get(pk=job.pk).generated == (10 if written is None else 0)


def test_of_several_workers_exactly_one_gets_the_job_and_the_codes_are_reserved_once():
    for _ in range(ROUNDS):
        job = JobFactory()
        claims = at_once(*[lambda job=job: lifecycle.claim(job.pk)] * 3)
        assert kinds(claims) == ["Job", "NoneType", "NoneType"]
        assert Promotion.objects.get(pk=job.promotion_id).code_count == 100


def test_a_cancel_against_the_first_claim_leaves_no_reservation_behind():
    for _ in range(ROUNDS):
        job = JobFactory()
        at_once(cancel(job), lambda job=job: lifecycle.claim(job.pk))
        job.refresh_from_db()
        reserved = Promotion.objects.get(pk=job.promotion_id).code_count
        assert (job.status, reserved) in [(Status.CANCELLED, 0), (Status.CANCELLING, 100)]


def test_of_several_jobs_started_at_once_a_promotion_gets_exactly_one():
    for _ in range(ROUNDS):
        promotion = PromotionFactory()
        start = [lambda p=promotion: create_job(p, JobType.CODE_GENERATE, number_of_codes=1)] * 3
        results = at_once(*start)
        assert kinds(results) == ["Job", "TooManyJobs", "TooManyJobs"]
        assert promotion.jobs.count() == 1
        assert TooManyJobs().faults[0].status == 400


def test_a_new_job_against_the_end_of_the_last_one_never_waits_for_ever():
    for _ in range(ROUNDS):
        job = lifecycle.claim(JobFactory().pk)
        Job.objects.get(pk=job.pk).cancel()

        def start(job=job):
            return create_job(job.promotion, JobType.CODE_GENERATE, number_of_codes=1)

        started, ended = at_once(start, lambda job=job: lifecycle.end_undo(job))
        assert ended is None
        assert isinstance(started, Job | TooManyJobs)


def test_of_two_promotions_that_take_the_same_code_at_once_exactly_one_gets_and_counts_it():
    for number in range(ROUNDS):
        promotions = [PromotionFactory(), PromotionFactory()]

        def take(promotion, number=number):
            by_hand.add(promotion, [PromotionCode(code=f"own-{promotion.pk}"), PromotionCode(code=f"both-{number}")])

        results = at_once(*[partial(take, promotion) for promotion in promotions])
        assert kinds(results) == ["DuplicateCodes", "NoneType"]
        counts = [Promotion.objects.get(pk=promotion.pk).code_count for promotion in promotions]
        assert counts == [promotion.codes.count() for promotion in promotions]
        assert sorted(counts) == [0, 2]


def test_of_two_deletions_of_one_code_at_once_exactly_one_counts():
    for _ in range(ROUNDS):
        promotion = PromotionFactory()
        by_hand.add(promotion, [PromotionCode(code="once"), PromotionCode(code="stays")])
        results = at_once(*[lambda promotion=promotion: by_hand.delete(promotion, ["once"])] * 2)
        assert kinds(results) == ["CodesNotFound", "NoneType"]
        assert Promotion.objects.get(pk=promotion.pk).code_count == 1
        by_hand.delete(promotion, ["stays"])


@pytest.mark.parametrize("begun", [False, True])
def test_a_deletion_against_a_worker_leaves_nothing_of_the_promotion(begun):
    for _ in range(ROUNDS // 2):
        job = JobFactory(number_of_codes=20)
        if begun:
            lifecycle.hand_back(lifecycle.claim(job.pk))
        deleted, _ = at_once(
            lambda job=job: delete_promotion(job.promotion, by="ann"), lambda job=job: runner.run(job.pk)
        )
        assert deleted is None
        runner.run(job.pk)
        assert purge.run(job.promotion_id) is False
        assert not PromotionCode.objects.filter(promotion_id=job.promotion_id).exists()
        assert not Promotion.objects.filter(pk=job.promotion_id).exists()
        assert not Job.objects.filter(pk=job.pk).exists()


def test_a_deletion_against_a_new_job_and_new_codes_leaves_nothing_behind():
    for number in range(ROUNDS):
        promotion = PromotionFactory()
        deleted, _, _ = at_once(
            lambda p=promotion: delete_promotion(p, by="ann"),
            lambda p=promotion: create_job(p, JobType.CODE_GENERATE, number_of_codes=1),
            lambda p=promotion, n=number: by_hand.add(p, [PromotionCode(code=f"new-{n}")]),
        )
        assert deleted is None
        assert not promotion.jobs.active().exists()
        purge.run(promotion.pk)
        assert not PromotionCode.objects.filter(promotion_id=promotion.pk).exists()
        assert not Promotion.objects.filter(pk=promotion.pk).exists()


def test_several_workers_remove_a_promotion_together(monkeypatch):
    monkeypatch.setattr(purge, "BATCH", 7)
    for number in range(ROUNDS // 4):
        promotion = PromotionFactory()
        by_hand.add(promotion, [PromotionCode(code=f"many-{number}-{code}") for code in range(50)])
        delete_promotion(promotion, by="ann")
        results = at_once(*[lambda p=promotion: purge.run(p.pk)] * 3)
        assert not any(isinstance(result, Exception) for result in results), results
        purge.run(promotion.pk)
        assert not Promotion.objects.filter(pk=promotion.pk).exists()
        assert not PromotionCode.objects.filter(promotion_id=promotion.pk).exists()
