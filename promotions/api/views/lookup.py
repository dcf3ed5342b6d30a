"""Finding what an address names; a job is found only under its own promotion."""

from uuid import UUID

from promotions.errors import NotFound
from promotions.models import Job, Promotion


def find_promotion(promotion_id: str, *, lock: bool = False) -> Promotion:
    """The promotion with this id, locked until the transaction ends if `lock` says so.

    Raises NotFound, also for an id that is no UUID.
    """
    promotions = Promotion.objects.select_for_update(no_key=True) if lock else Promotion.objects.all()
    promotion = promotions.filter(uuid=_uuid(promotion_id, "promotion")).first()
    if promotion is None:
        raise NotFound("promotion")
    return promotion


def find_job(promotion_id: str, job_id: str) -> Job:
    """The job with this id, if it belongs to that promotion. Raises NotFound for whichever of them is not there."""
    promotion = find_promotion(promotion_id)
    job = promotion.jobs.filter(uuid=_uuid(job_id, "job")).first()
    if job is None:
        raise NotFound("job")
    return job


def _uuid(text: str, what: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(what) from None
