"""Entries of the audit trail as sentences. What is in their details is said by promotions.models.audit's callers."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from promotions.admin.display import number
from promotions.errors import job_error_in_words
from promotions.models import AuditEntry, AuditEvent, Promotion


def sentence(entry: AuditEntry) -> str:
    """What an entry tells beside its event, in a sentence without the one who did it; empty when there is nothing."""
    say = SENTENCES.get(AuditEvent(entry.event))
    return say(entry.details) if say else ""


def whereabouts(entry: AuditEntry) -> str:
    """The door and the address, such as `API, 10.0.0.7`."""
    return ", ".join(filter(None, [entry.get_door_display(), entry.address]))


def counted(sentence: str, count: int) -> str:
    """The sentence with its `count`, as it is written in the language that holds."""
    return sentence % {"count": number(count)}


def field_in_words(name: str) -> str:
    """What a field of a promotion is called; one that is no more is called as it was stored."""
    try:
        return str(Promotion._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return name


def _created(details: dict[str, Any]) -> str:
    codes = details.get("number_of_codes")
    parts = [counted(ngettext("%(count)s code wanted", "%(count)s codes wanted", codes), codes)] if codes else []
    if origin := details.get("retry_of"):
        parts.append(_("a retry of job %(id)s") % {"id": origin})
    return ", ".join(parts)


def _taken_over(details: dict[str, Any]) -> str:
    left = details.get("generated", 0) - details.get("deleted", 0)
    sentence = ngettext(
        "The worker before had fallen silent; %(count)s code was there",
        "The worker before had fallen silent; %(count)s codes were there",
        left,
    )
    return counted(sentence, left)


def _cancelled(details: dict[str, Any]) -> str:
    return _("Reason: %(reason)s") % details if "reason" in details else _("No reason was given")


def _undone(details: dict[str, Any]) -> str:
    deleted = details.get("deleted", 0)
    sentence = ngettext("%(count)s code removed, nothing is left", "%(count)s codes removed, nothing is left", deleted)
    return counted(sentence, deleted)


def _completed(details: dict[str, Any]) -> str:
    if "generated" in details:
        made = details["generated"]
        return counted(ngettext("%(count)s code is live", "%(count)s codes are live", made), made)
    exported = details.get("exported", 0)
    return counted(ngettext("%(count)s code exported", "%(count)s codes exported", exported), exported)


def _error(details: dict[str, Any]) -> str:
    return job_error_in_words(str(details.get("error", "")))


def _changed(details: dict[str, Any]) -> str:
    parts = [_("Changed: %(fields)s") % {"fields": ", ".join(map(field_in_words, details.get("fields", [])))}]
    if removed := details.get("codes_removed"):
        parts.append(counted(ngettext("%(count)s code removed", "%(count)s codes removed", removed), removed))
    return "; ".join(parts)


def _deleted(details: dict[str, Any]) -> str:
    codes = details.get("codes", 0)
    return counted(ngettext("It had %(count)s code", "It had %(count)s codes", codes), codes)


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
