"""The objects that the examples show: one promotion of a shop, and what belongs to it."""

from typing import Any

from promotions.models import ConsumeUnit, JobType, PromotionType
from promotions.states import Status

PROMOTION_ID = "4e6b1bc4-9b0e-4f6c-8a3c-0d6a1f1f2c11"
JOB_ID = "9a2f4f5e-3d53-4a62-9d0c-4b8a6f0c7e21"
USAGE_ID = "c0a6f5e2-1d7b-4a0e-8f43-2b9d5e7a6f31"

NEW_PROMOTION = {
    "type": "promotion",
    "name": "Summer",
    "description": "Five dollars off in summer",
    "enabled": True,
    "promotion_type": PromotionType.FIXED_DISCOUNT.value,
    "schema": {"currencies": [{"currency": "USD", "amount": 500}]},
    "start": "2026-06-01",
    "end": "2026-08-31",
}
PROMOTION = NEW_PROMOTION | {
    "id": PROMOTION_ID,
    "parent_id": PROMOTION_ID,
    "current": True,
    "start": "2026-06-01T00:00:00Z",
    "end": "2026-08-31T00:00:00Z",
    "created_by": "The shop",
    "updated_by": "The shop",
    "meta": {"timestamps": {"created_at": "2026-05-12T09:30:00.125Z", "updated_at": "2026-05-12T09:30:00.125Z"}},
}

PARAMETERS = {
    "number_of_codes": 100,
    "consume_unit": ConsumeUnit.PER_CART.value,
    "max_uses_per_code": 1,
    "code_length": 10,
    "code_prefix": "Summer-",
}
NEW_JOB = {
    "type": "promotion_job",
    "job_type": JobType.CODE_GENERATE.value,
    "name": "Codes for the newsletter",
    "parameters": PARAMETERS,
}
NEW_EXPORT = {"type": "promotion_job", "job_type": JobType.CODE_EXPORT.value, "name": "For the printer"}


def job(status: Status, **result: int) -> dict[str, Any]:
    """A job that generates codes, in this status."""
    return {
        "type": "promotion_job",
        "id": JOB_ID,
        "promotion_id": PROMOTION_ID,
        "job_type": NEW_JOB["job_type"],
        "name": NEW_JOB["name"],
        "parameters": PARAMETERS,
        "status": status.value,
        "meta": {"timestamps": {"created_at": "2026-05-12T09:31:00.250Z", "updated_at": "2026-05-12T09:31:04.500Z"}},
        **({"result": result} if result else {}),
    }


CODES = [{"code": "SUMMER-VIP", "uses": 2, "consume_unit": ConsumeUnit.PER_ITEM.value}, {"code": "SUMMER-2"}]

REDEMPTION = {"code": "SUMMER-VIP", "order_id": "order-1001", "customer_id": "c-7", "customer_email": "kim@example.com"}
USAGE = {
    "id": USAGE_ID,
    "order_id": "order-1001",
    "code_id": "17",
    "code": "SUMMER-VIP",
    "times_used": 1,
    "used_on": "2026-06-03T14:05:00.000Z",
    "customer_id": "c-7",
    "cusomter_id": "c-7",
    "customer_email": "kim@example.com",
    "meta": {"timestamps": {"updated_at": "2026-06-03T14:05:00.000Z"}},
    "anonymized": False,
}
TOKEN = {
    "expires": 1781000000,
    "identifier": "client_credentials",
    "expires_in": 3600,
    "access_token": "kQ3mZbS8yX1vB7nR5tW2pL9cF4hJ6d",  # pragma: allowlist secret
    "token_type": "Bearer",
}
