"""The back office for staff. Each module registers its own models; rules live below, never here."""

from promotions.admin import access, audit, code, job, promotion, usage, webhook

__all__ = ["access", "audit", "code", "job", "promotion", "usage", "webhook"]
