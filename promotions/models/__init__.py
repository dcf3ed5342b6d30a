"""What is stored, and the rules that hold for a row."""

from promotions.models.api_client import ApiClient
from promotions.models.code import PromotionCode
from promotions.models.job import Job, JobType
from promotions.models.promotion import ConsumeUnit, Promotion, PromotionType
from promotions.models.usage import IdempotencyKey, Usage

__all__ = [
    "ApiClient",
    "ConsumeUnit",
    "IdempotencyKey",
    "Job",
    "JobType",
    "Promotion",
    "PromotionCode",
    "PromotionType",
    "Usage",
]
