"""Entries of the audit trail as sentences. What is in their details is said by promotions.models.audit's callers."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from promotions.models import AuditEntry, AuditEvent


def sentence(entry: AuditEntry) -> str:
    """What an entry tells beside its event, in a sentence without the one who did it; empty when there is nothing."""
    say = SENTENCES.get(AuditEvent(entry.event))
    return say(entry.details) if say else ""


def whereabouts(entry: AuditEntry) -> str:
    """The door and the address, such as `API, 10.0.0.7`."""
    return ", ".join(filter(None, [entry.get_door_display(), entry.address]))


def _created(details: dict[str, Any]) -> str:
    codes = details.get("number_of_codes")
    parts = [_("%(count)s codes wanted") % {"count": f"{codes:,}"}] if codes else []
    if origin := details.get("retry_of"):
        parts.append(_("a retry of job %(id)s") % {"id": origin})
    return ", ".join(parts)


def _taken_over(details: dict[str, Any]) -> str:
    left = details.get("generated", 0) - details.get("deleted", 0)
    return _("The worker before had fallen silent; %(count)s codes were there") % {"count": f"{left:,}"}


def _cancelled(details: dict[str, Any]) -> str:
    return _("Reason: %(reason)s") % details if "reason" in details else _("No reason was given")


def _undone(details: dict[str, Any]) -> str:
    return _("%(count)s codes removed, nothing is left") % {"count": f"{details.get('deleted', 0):,}"}


def _completed(details: dict[str, Any]) -> str:
    if "generated" in details:
        return _("%(count)s codes are live") % {"count": f"{details['generated']:,}"}
    return _("%(count)s codes exported") % {"count": f"{details.get('exported', 0):,}"}


def _error(details: dict[str, Any]) -> str:
    return str(details.get("error", ""))


def _changed(details: dict[str, Any]) -> str:
    parts = [_("Changed: %(fields)s") % {"fields": ", ".join(details.get("fields", []))}]
    if removed := details.get("codes_removed"):
        parts.append(_("%(count)s codes removed") % {"count": f"{removed:,}"})
    return "; ".join(parts)


def _deleted(details: dict[str, Any]) -> str:
    return _("It had %(count)s codes") % {"count": f"{details.get('codes', 0):,}"}


SENTENCES: dict[AuditEvent, Callable[[dict[str, Any]], str]] = {
    AuditEvent.JOB_CREATED: _created,
    AuditEvent.JOB_TAKEN_OVER: _taken_over,
    AuditEvent.JOB_REFUSED: _error,
    AuditEvent.JOB_CANCELLED: _cancelled,
    AuditEvent.JOB_GIVEN_UP: _error,
    AuditEvent.JOB_FAILING: _error,
    AuditEvent.JOB_UNDONE: _undone,
    AuditEvent.JOB_COMPLETED: _completed,
    AuditEvent.PROMOTION_CHANGED: _changed,
    AuditEvent.PROMOTION_DELETED: _deleted,
}
