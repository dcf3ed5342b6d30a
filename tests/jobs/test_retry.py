"""Starting a failed or cancelled job again."""

import pytest

from promotions.errors import JobNotRetryable, NotFound, TooManyCodes, TooManyJobs
from promotions.jobs.create import retry_job
from promotions.jobs.delete import delete_promotion
from promotions.models import AuditEntry, Job, JobType
from promotions.models.job import PARAMETERS
from promotions.states import Status
from tests.factories import JobFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED])
def test_a_job_that_ended_without_a_result_is_started_again_as_a_new_one(status):
    old = JobFactory(status=status, name="May", code_prefix="MAY", max_uses_per_code=3, code_length=12)
    before = Job.objects.values().get()
    new = retry_job(old, by="ann")
    assert (new.status, new.created_by, new.name, new.promotion) == ("pending", "ann", "May", old.promotion)
    assert [getattr(new, name) for name in PARAMETERS] == [getattr(old, name) for name in PARAMETERS]
    assert Job.objects.values().get(pk=old.pk) == before
    assert AuditEntry.objects.get(job=new).details["retry_of"] == str(old.uuid)


def test_an_export_is_started_again():
    old = JobFactory(status=Status.FAILED, job_type=JobType.CODE_EXPORT, number_of_codes=None)
    assert retry_job(old).job_type == JobType.CODE_EXPORT


@pytest.mark.parametrize("status", [Status.PENDING, Status.PROCESSING, Status.CANCELLING, Status.COMPLETED])
def test_a_job_in_another_state_is_not_retried_whatever_an_old_copy_says(status):
    job = JobFactory(status=status)
    job.status = Status.FAILED
    with pytest.raises(JobNotRetryable, match=r"^Only failed or cancelled jobs can be retried$"):
        retry_job(job)
    assert Job.objects.count() == 1


def test_the_rules_for_new_jobs_hold(settings):
    old = JobFactory(status=Status.CANCELLED)
    retry_job(old)
    with pytest.raises(TooManyJobs):
        retry_job(old)
    settings.PROMOTIONS_MAX_CODES = 99
    with pytest.raises(TooManyCodes):
        retry_job(JobFactory(status=Status.FAILED))


def test_a_job_of_a_deleted_promotion_is_not_retried():
    old = JobFactory(status=Status.FAILED)
    delete_promotion(old.promotion, by="ann")
    with pytest.raises(NotFound, match="promotion not found"):
        retry_job(old)
