"""Starting a job: every rule about whether a promotion may have it, for every door."""

import logging
from typing import Any

from django.conf import settings
from django.db import transaction

from promotions.codes.text import most_codes
from promotions.errors import (
    NUMBER_OF_CODES,
    CodeSpaceTooSmall,
    JobNotRetryable,
    NoCodesAllowed,
    TooManyCodes,
    TooManyJobs,
)
from promotions.jobs import tasks
from promotions.models import AuditEvent, Job, JobType, Promotion
from promotions.models.audit import record_job
from promotions.models.job import CODE_LENGTH_DEFAULT, PARAMETERS

logger = logging.getLogger(__name__)


def retry_job(job: Job, *, by: str = "") -> Job:
    """Start a job like one that failed or was cancelled: a new one with the same name and parameters.

    Every rule for a new job holds as it is today. Raises JobNotRetryable for a job in another state, NotFound when
    its promotion is gone, and whatever `create_job` raises. The old job stays as it is.
    """
    job.refresh_from_db(from_queryset=Job.objects.select_related("promotion"))
    if not job.is_retryable:
        raise JobNotRetryable
    parameters = {name: getattr(job, name) for name in PARAMETERS}
    return create_job(job.promotion, job.job_type, name=job.name, by=by, retry_of=job, **parameters)


def create_job(
    promotion: Promotion, job_type: str, *, name: str = "", by: str = "", retry_of: Job | None = None, **parameters: Any
) -> Job:
    """Start a job on `promotion` and have it delivered to a worker once the transaction is committed.

    `parameters` are the job's, such as number_of_codes and code_length; `by` names who starts it, and `retry_of` is
    the job that it repeats. Raises ValidationError for values that no job can have, and a subclass of Refused when
    this promotion cannot have the job.
    """
    job = Job(promotion=promotion, job_type=job_type, name=name, created_by=by, **parameters)
    job.clean_fields()
    job.clean()
    with transaction.atomic():
        # Locked, so that two requests cannot both find the promotion without a job.
        _check_allowed(job, promotion.lock())
        job.save(force_insert=True)
        origin = {"retry_of": str(retry_of.uuid)} if retry_of else {}
        record_job(AuditEvent.JOB_CREATED, job, by=by, number_of_codes=job.number_of_codes, **origin)
        tasks.deliver(job)
    logger.info("job %s: created, by %s", job.uuid, by or "no one named", extra=job.log_fields)
    return job


def codes_left(promotion: Promotion) -> int:
    """How many more codes the promotion may have as it stands. A job for more is created, as in the API's contract,
    and fails when a worker takes it up; who asks people says so before."""
    return max(settings.PROMOTIONS_MAX_CODES - promotion.code_count, 0)


def _check_allowed(job: Job, promotion: Promotion) -> None:
    if job.job_type == JobType.CODE_GENERATE:
        _check_codes_allowed(job, promotion)
    if promotion.jobs.active().exists():
        raise TooManyJobs


def _check_codes_allowed(job: Job, promotion: Promotion) -> None:
    number = job.wanted_codes
    length = job.code_length or CODE_LENGTH_DEFAULT
    if promotion.automatic:
        raise NoCodesAllowed
    if number > settings.PROMOTIONS_MAX_CODES:
        raise TooManyCodes(settings.PROMOTIONS_MAX_CODES)
    if number > most_codes(length):
        raise CodeSpaceTooSmall(length, most_codes(length))
    promotion.check_length(promotion.code_count + number, NUMBER_OF_CODES)
