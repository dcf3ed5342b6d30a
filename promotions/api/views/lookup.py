"""Finding what an address names; a job is found only under its own promotion."""

from django.db.models import QuerySet

from promotions.errors import NotFound
from promotions.models import Job, Promotion, PromotionCode, Usage
from promotions.models.lookup import as_uuid, find


def find_promotion(promotion_id: str, *, lock: bool = False) -> Promotion:
    """The promotion with this id, locked until the transaction ends if `lock` says so.

    Raises NotFound, also for an id that is no UUID.
    """
    promotions = Promotion.objects.present()
    return find(promotions.locked() if lock else promotions, promotion_id, "promotion")


def find_job(promotion_id: str, job_id: str) -> Job:
    """The job with this id, if it belongs to that promotion. Raises NotFound for whichever of them is not there."""
    keys = {"uuid": as_uuid(job_id), "promotion__uuid": as_uuid(promotion_id)}
    if all(keys.values()):
        jobs = Job.objects.select_related("promotion").filter(promotion__deleted_at=None, **keys)
        if job := jobs.first():
            return job
    # Which of them it is takes another look.
    find_promotion(promotion_id)
    raise NotFound("job")


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
