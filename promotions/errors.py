"""What can be refused, and in which words. The lowest layer: it knows neither HTTP nor the admin.

Everyone below the doors raises these; API, admin and commands render them. What a door alone can get wrong
(malformed JSON, a bad token) is not here but with that door.

A `detail` is for people: it is made in the language that holds at the door (promotions.admin.locale), which is English
everywhere but in the admin. A `title` is for programs, and is never translated.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop


@dataclass(frozen=True)
class Fault:
    """One entry of the error envelope (contract, section 1). `status` is the HTTP status it would answer with."""

    status: int
    title: str
    detail: str = ""
    source: str = ""
    meta: Mapping[str, Any] | None = None
    # The properties of the object at `source` that it is about, where there is no place of their own to name.
    properties: tuple[str, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return self.detail or self.title


def json_type(value: Any) -> str:
    """The name that JSON schema has for the type of `value`."""
    names: dict[type, str] = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    return "null" if value is None else names.get(type(value), "object")


def wrong_type(expected: str, value: Any, source: str) -> Fault:
    """The fault of a value at `source` that has another JSON type than the one that is needed."""
    given = {"expected": expected, "given": json_type(value)}
    return Fault(400, "invalid_type", _("Invalid type. Expected: %(expected)s, given: %(given)s") % given, source)


class Refused(Exception):
    """A request that the rules do not allow. Carries one fault or several; nothing was changed."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(map(str, self.faults)))


NOT_FOUND = {
    "promotion": gettext_noop("promotion not found"),
    "job": gettext_noop("job not found"),
    "code": gettext_noop("code not found"),
}


class NotFound(Refused):
    """Something that is not there, or not where it was looked for: `promotion not found`."""

    def __init__(self, what: str) -> None:
        # A whole sentence where people read it; the other things are known to the API alone.
        detail = _(NOT_FOUND[what]) if what in NOT_FOUND else f"{what} not found"
        super().__init__([Fault(404, "Not Found", detail)])


class JobNotCancellable(Refused):
    """The job has ended, or is being cancelled already. The text is the contract's, without a full stop."""

    def __init__(self) -> None:
        super().__init__([Fault(422, "Unprocessable Entity", _("Only pending or processing jobs can be cancelled"))])


class JobNotRetryable(Refused):
    """The job has not ended yet, or it has done what it should."""

    def __init__(self) -> None:
        super().__init__([Fault(422, "Unprocessable Entity", _("Only failed or cancelled jobs can be retried"))])


class TooManyJobs(Refused):
    """The promotion has a job that has not ended. The text is Elastic Path's."""

    def __init__(self) -> None:
        super().__init__([Fault(400, "Too many jobs", _("Only 1 pending or processing job is allowed per promotion."))])


NUMBER_OF_CODES = "data.parameters.number_of_codes"
CODES = "data.codes"


class TooManyCodes(Refused):
    """More codes than a promotion may have: in one job, or together with those added by hand (`source`)."""

    def __init__(self, limit: int, source: str = NUMBER_OF_CODES) -> None:
        detail = _("Only %(limit)s promotion codes are allowed per promotion") % {"limit": limit}
        super().__init__([Fault(400, "Too many promotion codes", detail, source)])


class PromotionTooLong(Refused):
    """A large number of codes in a promotion that runs for more than a year (contract, section 2).

    `source` is what was asked for: more codes, or a later end.
    """

    def __init__(self, codes: int, days: int, source: str = NUMBER_OF_CODES) -> None:
        text = _("More than %(codes)s promotion codes need a promotion of at most %(days)s days")
        detail = text % {"codes": codes, "days": days}
        super().__init__([Fault(400, "Too many promotion codes", detail, source)])


class CodeSpaceTooSmall(Refused):
    """So many codes of this length that they could be guessed, or not be found in reasonable time."""

    def __init__(self, code_length: int, most: int) -> None:
        text = _("At most %(most)s codes of %(length)s characters can be generated in one job")
        detail = text % {"most": most, "length": code_length}
        super().__init__([Fault(400, "Too many promotion codes", detail, NUMBER_OF_CODES)])


class DuplicateCodes(Refused):
    """Codes that are in use already, or stand twice in one request; `places` are their places in it."""

    def __init__(self, places: Sequence[int]) -> None:
        self.places = tuple(places)
        text = _("Promotion code already in use")
        super().__init__([Fault(422, "Duplicate code", text, f"{CODES}.{place}.code") for place in places])


class CodesNotFound(Refused):
    """Codes to be deleted that the promotion does not have; `places` are their places in the request."""

    def __init__(self, places: Sequence[int]) -> None:
        self.places = tuple(places)
        super().__init__([Fault(404, "Not Found", _("code not found"), f"{CODES}.{place}.code") for place in places])


class NoFile(Refused):
    """A job has no file: it does not export, has not completed, or its file has expired. Elastic Path's text."""

    def __init__(self, status: str) -> None:
        detail = _("Job has no file to download. Job status: %(status)s") % {"status": status}
        super().__init__([Fault(422, "Unprocessable Entity", detail)])


class LinkInvalid(Refused):
    """A link to a file that is not ours, was changed, or has expired."""

    def __init__(self) -> None:
        super().__init__([Fault(403, "Forbidden", _("The link is not valid or has expired"))])


class FilesAway(Refused):
    """The storage of files cannot be reached at this moment."""

    def __init__(self) -> None:
        super().__init__([Fault(503, "Service Unavailable", _("The stored files cannot be reached, try again"))])


class NoCodesAllowed(Refused):
    """An automatic promotion makes its own code and takes no others."""

    def __init__(self) -> None:
        super().__init__([Fault(422, "No codes allowed", _("Cannot add codes to an automatic promotion"))])


class OwnCodeStays(Refused):
    """An automatic promotion would apply no more without the code that it has made. `disable` tells that it was to be
    switched off, not deleted."""

    def __init__(self, *, disable: bool = False) -> None:
        detail = (
            _("Cannot disable the code of an automatic promotion")
            if disable
            else _("Cannot delete the code of an automatic promotion")
        )
        super().__init__([Fault(422, "Unprocessable Entity", detail)])


class CodeExhausted(Refused):
    """The code has fewer uses left than the order takes."""

    def __init__(self) -> None:
        super().__init__([Fault(422, "Code exhausted", _("Promotion code has not enough uses left"))])


class CodeDisabled(Refused):
    """Staff have switched the code off."""

    def __init__(self) -> None:
        super().__init__([Fault(422, "Code disabled", _("Promotion code is disabled"))])


class CodeInPreparation(Refused):
    """The code is of a job that has not completed, and may vanish with it."""

    def __init__(self) -> None:
        super().__init__([Fault(422, "Unprocessable Entity", _("The job of the code has not completed"))])


class CodeOfAnotherCustomer(Refused):
    """The code is for one customer, and the order is not that customer's."""

    def __init__(self) -> None:
        super().__init__([Fault(422, "Code not allowed", _("Promotion code belongs to another customer"))])


class PromotionDisabled(Refused):
    """The promotion of the code is switched off."""

    def __init__(self) -> None:
        super().__init__([Fault(422, "Promotion disabled", _("Promotion is disabled"))])


class PromotionNotStarted(Refused):
    """The promotion of the code begins later."""

    def __init__(self) -> None:
        super().__init__([Fault(422, "Promotion not started", _("Promotion has not started yet"))])


class PromotionExpired(Refused):
    """The promotion of the code has reached its end."""

    def __init__(self) -> None:
        super().__init__([Fault(422, "Promotion expired", _("Promotion has expired"))])


class UsageAlreadyReversed(Refused):
    """The uses have been given back before; they are given back once."""

    def __init__(self) -> None:
        super().__init__([Fault(422, "Unprocessable Entity", _("Usage has already been reversed"))])


class UsagesNotFound(Refused):
    """None of the usages that were named is there."""

    def __init__(self, usage_ids: Sequence[str]) -> None:
        meta = {"usage_ids": list(usage_ids)}
        super().__init__([Fault(404, "Usages Not Found", _("Usages not found."), meta=meta)])


class IdempotencyKeyReused(Refused):
    """The key stands for another request already."""

    def __init__(self) -> None:
        detail = _("The Idempotency-Key was used for another request")
        super().__init__([Fault(422, "Idempotency key reused", detail, "Idempotency-Key")])


class CodesInTheWay(Refused):
    """A promotion with codes of its own cannot begin to apply without one."""

    def __init__(self) -> None:
        detail = _("A promotion that has codes or an active job cannot become automatic")
        super().__init__([Fault(422, "Unprocessable Entity", detail, "data.automatic")])


class JobInTheWay(Refused):
    """A promotion that has ended would lose its codes, while a job is working on them."""

    def __init__(self) -> None:
        detail = _("A promotion that has ended cannot be given a new end while it has an active job")
        super().__init__([Fault(422, "Unprocessable Entity", detail, "data.end")])


class TooManyCodesToRevive(Refused):
    """A promotion that has ended would lose more codes than are removed on the way. The fault is the contract's,
    which has no detail; the text of the exception says it to people."""

    def __init__(self, codes: int) -> None:
        super().__init__([Fault(422, "Unprocessable Entity", source="request")])
        self.codes = codes

    def __str__(self) -> str:
        text = _("A promotion that has ended with more than %(codes)s codes cannot be given a new end")
        return text % {"codes": self.codes}


class DeletedHere(Refused):
    """A promotion that is to be taken in was deleted here, and its rows are still being removed."""

    def __init__(self) -> None:
        super().__init__([Fault(422, "Unprocessable Entity", _("The promotion was deleted here"))])


class LeaseLost(Exception):
    """The worker does not hold the job any more, or the job is not in the state the write needs.

    Not a refusal: only workers meet it. The transaction it leaves is rolled back.
    """


class JobFailure(Exception):
    """Ends the work on a job as `failed`; its text becomes the job's `error`, in English like all that is stored."""


CODES_LIMIT_EXCEEDED = gettext_noop("codes limit exceeded")
NO_FREE_CODES = gettext_noop("no free codes are left for this length and prefix")
NO_PROGRESS = gettext_noop("given up after %(attempts)s attempts without progress")
FILE_NOT_WRITTEN = gettext_noop("the file could not be written: %(why)s")
INTERNAL_ERROR = gettext_noop("internal error: %(kind)s")


def job_error_in_words(error: str) -> str:
    """The stored `error` of a job in the language that holds now; one that none of these texts has made, as it is."""
    for text in (CODES_LIMIT_EXCEEDED, NO_FREE_CODES, NO_PROGRESS, FILE_NOT_WRITTEN, INTERNAL_ERROR):
        if filled := re.fullmatch(re.sub(r"%\((\w+)\)s", r"(?P<\1>.+)", text), error, re.DOTALL):
            return _(text) % filled.groupdict()
    return error
