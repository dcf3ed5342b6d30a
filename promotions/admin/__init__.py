"""The back office for staff. Each module registers its own models; rules live below, never here."""

from promotions.admin import access, code, job, promotion, webhook

__all__ = ["access", "code", "job", "promotion", "webhook"]
