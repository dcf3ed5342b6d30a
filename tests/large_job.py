"""A job large enough that a worker is in the midst of it when something happens, and what must be true of it then."""

from datetime import timedelta

from django.db.models.functions import Now

from promotions.jobs.create import create_job
from promotions.models import Job, JobType, Promotion, PromotionCode
from promotions.states import TERMINAL, Status
from tests.factories import PromotionCodeFactory, PromotionFactory
from tests.processes import wait_until

MANY = 400_000
SOME = 30_000


def new_large_job():
    """A large job, freshly started, on a promotion that has one code already."""
    promotion = PromotionFactory(code_count=1)
    PromotionCodeFactory(promotion=promotion)
    return create_job(promotion, JobType.CODE_GENERATE, number_of_codes=MANY, code_length=12)


def status(job):
    job.refresh_from_db()
    return job.status


def wait_for_progress(job, counter="generated"):
    wait_until(lambda: Job.objects.filter(pk=job.pk, **{f"{counter}__gte": SOME}).exists())


def wait_for_end(job):
    wait_until(lambda: status(job) in TERMINAL)


def let_lease_run_out(job):
    """What time would do, without waiting for it."""
    Job.objects.filter(pk=job.pk).update(
        delivered_at=Now() - timedelta(seconds=16), lease_expires_at=Now() - timedelta(seconds=1)
    )


def assert_completed(job):
    assert (status(job), job.generated, job.deleted) == (Status.COMPLETED, MANY, 0)
    codes = PromotionCode.objects.filter(job=job)
    assert codes.count() == codes.values("code").distinct().count() == MANY
    assert Promotion.objects.get().code_count == MANY + 1


def assert_cancelled_and_clean(job):
    assert status(job) == Status.CANCELLED
    assert job.generated == job.deleted > 0
    assert PromotionCode.objects.count() == 1
    assert Promotion.objects.get().code_count == 1
