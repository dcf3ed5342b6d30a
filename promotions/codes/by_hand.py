"""Adding, deleting and switching off single codes, and listing the live ones: what staff and integrators do without a
job.

What changes the number of codes locks the promotion's row first and goes through its exact counter, in one transaction.
"""

from collections.abc import Sequence

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from promotions.errors import (
    CODES,
    CodeInPreparation,
    CodesNotFound,
    DuplicateCodes,
    NoCodesAllowed,
    NotFound,
    OwnCodeStays,
    TooManyCodes,
)
from promotions.models import AuditEvent, Promotion, PromotionCode
from promotions.models.audit import record_codes
from promotions.states import Status

# How many codes a request may add or name.
MOST_AT_ONCE = 1000


def add(promotion: Promotion, codes: Sequence[PromotionCode]) -> None:
    """Add unsaved `codes` to the promotion, all or none.

    Raises NoCodesAllowed for an automatic promotion, DuplicateCodes naming each code that is in use in the whole
    store, TooManyCodes when they would be too many, NotFound when the promotion is gone.
    """
    _check_no_repetition([code.code for code in codes])
    try:
        with transaction.atomic():
            locked = promotion.lock()
            if locked.automatic:
                raise NoCodesAllowed
            _check_free(codes)
            if not Promotion.objects.filter(pk=locked.pk).reserve(len(codes), settings.PROMOTIONS_MAX_CODES):
                raise TooManyCodes(settings.PROMOTIONS_MAX_CODES, CODES)
            for code in codes:
                code.promotion = locked
            PromotionCode.objects.bulk_create(codes)
            record_codes(AuditEvent.CODE_ADDED, locked, [code.code for code in codes])
    except IntegrityError:
        # Someone was faster with one of the texts.
        _check_free(codes)
        raise


def delete(promotion: Promotion, texts: Sequence[str]) -> None:
    """Delete the promotion's live codes with these texts for good, all or none.

    Raises CodesNotFound naming each that is not there; the codes of a job in preparation are not. Raises
    OwnCodeStays for an automatic promotion.
    """
    with transaction.atomic():
        locked = promotion.lock()
        # PostgreSQL refuses even to look for a null character.
        possible = [text for text in texts if "\x00" not in text]
        found = dict(locked.codes.live().filter(code__in=possible).values_list("code", "pk"))
        if missing := [place for place, text in enumerate(texts) if text not in found]:
            raise CodesNotFound(missing)
        if locked.automatic:
            raise OwnCodeStays
        deleted, _ = PromotionCode.objects.filter(pk__in=found.values()).delete()
        Promotion.objects.filter(pk=locked.pk).give_back(deleted)
        record_codes(AuditEvent.CODE_DELETED, locked, found)


def disable(code: PromotionCode) -> bool:
    """Let the live code be redeemed no more until it is enabled; nothing else of it changes, so nothing is lost.

    Returns whether it was enabled before. Raises OwnCodeStays for an automatic promotion, CodeInPreparation, and
    NotFound when the code is gone.
    """
    if code.promotion.automatic:
        raise OwnCodeStays(disable=True)
    return _switch(code, Q(disabled_at=None), Now())


def enable(code: PromotionCode) -> bool:
    """Let the live code be redeemed again, as often as is left of it.

    Returns whether it was disabled before. Raises CodeInPreparation, and NotFound when the code is gone.
    """
    return _switch(code, Q(disabled_at__isnull=False), None)


def _switch(code: PromotionCode, from_: Q, disabled_at: Now | None) -> bool:
    row = PromotionCode.objects.filter(pk=code.pk)
    live = PromotionCode.objects.live().filter(pk=code.pk)
    with transaction.atomic():
        if not live.exists():
            raise CodeInPreparation if row.exists() else NotFound("code")
        if not row.filter(from_).update(disabled_at=disabled_at):
            return False
        record_codes(AuditEvent.CODE_CHANGED, code.promotion, [code.code], disabled=disabled_at is not None)
    return True


class LiveCodes:
    """The live codes of a promotion, oldest first, to be counted and cut into pages.

    Neither walks over the hidden codes of a job in progress, of which there may be millions: all codes up to
    that job's first are live, and of the later ones those that were added by hand.
    """

    def __init__(self, promotion: Promotion) -> None:
        codes = promotion.codes.order_by("id")
        hidden = promotion.jobs.filter(status__in=[Status.PROCESSING, Status.CANCELLING]).first()
        self.total = promotion.code_count - (hidden.wanted_codes if hidden else 0)
        self.first: QuerySet[PromotionCode] = codes.filter(id__lte=hidden.after_code_id) if hidden else codes
        since = Q(job=None, id__gt=hidden.after_code_id) if hidden else Q(pk=None)
        self.since: QuerySet[PromotionCode] = codes.filter(since)

    def count(self) -> int:
        """How many there are, from the promotion's counter."""
        return self.total

    def __getitem__(self, wanted: slice) -> list[PromotionCode]:
        rows = list(self.first[wanted])
        if len(rows) < wanted.stop - wanted.start:
            before = self.total - self.since.count()
            start = max(wanted.start - before, 0)
            rows += self.since[start : max(wanted.stop - before, 0)]
        return rows


def _check_no_repetition(texts: Sequence[str]) -> None:
    first: dict[str, int] = {}
    repeated = [place for place, text in enumerate(texts) if first.setdefault(text, place) != place]
    if repeated:
        raise DuplicateCodes(repeated)


def _check_free(codes: Sequence[PromotionCode]) -> None:
    texts = [code.code for code in codes]
    taken = set(PromotionCode.objects.filter(code__in=texts).values_list("code", flat=True))
    if taken:
        raise DuplicateCodes([place for place, text in enumerate(texts) if text in taken])
