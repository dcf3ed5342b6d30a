"""What is stored, and the rules that hold for a row."""

from promotions.models import names
from promotions.models.api_client import ApiClient
from promotions.models.audit import AuditEntry, AuditEvent
from promotions.models.batch_tally import BatchTally
from promotions.models.chore import ChoreTurn
from promotions.models.code import PromotionCode
from promotions.models.job import Job, JobType
from promotions.models.promotion import ConsumeUnit, Promotion, PromotionType
from promotions.models.usage import IdempotencyKey, Usage
from promotions.models.webhook import Webhook, WebhookDelivery
from promotions.models.worker import Worker

names.name([ApiClient, AuditEntry, Job, Promotion, PromotionCode, Usage, Webhook, WebhookDelivery])

__all__ = [
    "ApiClient",
    "AuditEntry",
    "AuditEvent",
    "BatchTally",
    "ChoreTurn",
    "ConsumeUnit",
    "IdempotencyKey",
    "Job",
    "JobType",
    "Promotion",
    "PromotionCode",
    "PromotionType",
    "Usage",
    "Webhook",
    "WebhookDelivery",
    "Worker",
]
