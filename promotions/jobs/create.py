"""Starting a job: every rule about whether a promotion may have it, for every door."""

import logging
from typing import Any

from django.conf import settings
from django.db import transaction

from promotions.codes.text import most_codes
from promotions.errors import (
    NUMBER_OF_CODES,
    CodeSpaceTooSmall,
    NoCodesAllowed,
    TooManyCodes,
    TooManyJobs,
)
from promotions.jobs import tasks
from promotions.models import Job, JobType, Promotion
from promotions.models.job import CODE_LENGTH_DEFAULT

logger = logging.getLogger(__name__)


def create_job(promotion: Promotion, job_type: str, *, name: str = "", by: str = "", **parameters: Any) -> Job:
    """Start a job on `promotion` and have it delivered to a worker once the transaction is committed.

    `parameters` are the job's, such as number_of_codes and code_length. Raises ValidationError for values that
    no job can have, and a subclass of Refused when this promotion cannot have the job.
    """
    job = Job(promotion=promotion, job_type=job_type, name=name, created_by=by, **parameters)
    job.clean_fields()
    job.clean()
    with transaction.atomic():
        # Locked, so that two requests cannot both find the promotion without a job.
        _check_allowed(job, promotion.lock())
        job.save(force_insert=True)
        tasks.deliver(job)
    logger.info("job %s: created, by %s", job.uuid, by or "no one named", extra=job.log_fields)
    return job


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
