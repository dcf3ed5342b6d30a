"""Finding what an address names; a job is found only under its own promotion."""

from uuid import UUID

from django.db.models import QuerySet

from promotions.errors import NotFound
from promotions.models import Job, Promotion, PromotionCode, Usage


def find_promotion(promotion_id: str, *, lock: bool = False) -> Promotion:
    """The promotion with this id, locked until the transaction ends if `lock` says so.

    Raises NotFound, also for an id that is no UUID.
    """
    promotions = Promotion.objects.select_for_update(no_key=True) if lock else Promotion.objects.all()
    promotion = promotions.filter(uuid=as_uuid(promotion_id, "promotion")).first()
    if promotion is None:
        raise NotFound("promotion")
    return promotion


def find_job(promotion_id: str, job_id: str) -> Job:
    """The job with this id, if it belongs to that promotion. Raises NotFound for whichever of them is not there."""
    promotion = find_promotion(promotion_id)
    job = promotion.jobs.filter(uuid=as_uuid(job_id, "job")).first()
    if job is None:
        raise NotFound("job")
    return job


def find_code_usages(promotion_id: str, code: str) -> QuerySet[Usage]:
    """The usages of the code with this text in that promotion, also of a code that has been deleted since.

    Raises NotFound when the promotion is not there, or never had this code as far as anything tells.
    """
    promotion = find_promotion(promotion_id)
    if "\x00" in code:
        # PostgreSQL refuses even to look for it.
        raise NotFound("code")
    usages = promotion.usages.filter(code=code)
    is_known = usages.exists() or PromotionCode.objects.live().filter(promotion=promotion, code=code).exists()
    if not is_known:
        raise NotFound("code")
    return usages


def as_uuid(text: str, what: str) -> UUID:
    """The id that `text` is. Raises NotFound, for `what`, when it is none."""
    found = as_uuid_or_none(text)
    if found is None:
        raise NotFound(what)
    return found


def as_uuid_or_none(text: str) -> UUID | None:
    """The id that `text` is, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None
