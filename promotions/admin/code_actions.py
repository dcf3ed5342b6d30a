"""Deleting codes in the admin, and switching them off and on: the actions of the list and the buttons of a code.

Each rule about it is in `codes.by_hand`; here it is asked for, written into the admin's log, and told how it went.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.translation import gettext_lazy as _

from promotions.admin.display import enumerated
from promotions.admin.long_list import LongListAdmin
from promotions.admin.refusals import BUSY
from promotions.admin.row_views import RowViews
from promotions.codes import by_hand
from promotions.errors import CodesNotFound, Refused
from promotions.models import Promotion, PromotionCode

# Each is a field of the form that asks, and a row that is locked.
MOST_AT_ONCE = 500

# The permission that it takes to switch codes off and on.
SWITCH = "promotions.change_promotioncode"

NOT_THERE = _("It is gone already, or its job has not completed")


@dataclass(frozen=True)
class Outcome:
    """What became of a code. `refusal` says why it stayed as it was."""

    code: PromotionCode
    refusal: str = ""


@dataclass(frozen=True)
class Switch:
    """Switching codes off or on: how, and in which words it is told."""

    turn: Callable[[PromotionCode], bool]
    entry: str
    done: Any
    refused: Any
    no_change: Any


DISABLE = Switch(by_hand.disable, "Disabled", _("Disabled: %s."), _("Not disabled: %s."), _("It was disabled before"))
ENABLE = Switch(by_hand.enable, "Enabled", _("Enabled: %s."), _("Not enabled: %s."), _("It was not disabled"))


class CodeActions(RowViews, LongListAdmin):
    """The part of the admin of codes that deletes them and switches them off and on."""

    actions = ["disable_selected", "enable_selected", "delete_selected"]

    def has_switch_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(SWITCH)

    def has_delete_permission(self, request: HttpRequest, obj: PromotionCode | None = None) -> bool:
        return request.user.has_perm("promotions.delete_promotioncode")

    def get_urls(self) -> list[URLPattern]:
        return [
            self.at("disable", self.disable_view, SWITCH, method="POST"),
            self.at("enable", self.enable_view, SWITCH, method="POST"),
            *super().get_urls(),
        ]

    def disable_view(self, request: HttpRequest, code: PromotionCode) -> HttpResponse:
        return self._switch_one(request, code, DISABLE)

    def enable_view(self, request: HttpRequest, code: PromotionCode) -> HttpResponse:
        return self._switch_one(request, code, ENABLE)

    def _switch_one(self, request: HttpRequest, code: PromotionCode, switch: Switch) -> HttpResponse:
        self._switch(request, [code], switch)
        return HttpResponseRedirect(reverse("admin:promotions_promotioncode_change", args=[code.pk]))

    @admin.action(permissions=["switch"], description=_("Disable selected codes"))
    def disable_selected(self, request: HttpRequest, queryset: Any) -> None:
        self._switch(request, self._selected(request, queryset), DISABLE)

    @admin.action(permissions=["switch"], description=_("Enable selected codes"))
    def enable_selected(self, request: HttpRequest, queryset: Any) -> None:
        self._switch(request, self._selected(request, queryset), ENABLE)

    @admin.action(permissions=["delete"], description=_("Delete selected codes"))
    def delete_selected(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Ask, and once confirmed delete the selected codes."""
        codes = self._selected(request, queryset)
        if not codes:
            return None
        if "post" in request.POST:
            outcomes = self._delete(request, codes)
            self._tell(request, outcomes, _("Deleted: %s."), _("Not deleted: %s."))
            return None
        return self._ask(request, codes)

    def _selected(self, request: HttpRequest, queryset: Any) -> list[PromotionCode]:
        """The selected codes; none, and a message, when they are too many."""
        codes = list(queryset.select_related("promotion")[: MOST_AT_ONCE + 1])
        if len(codes) > MOST_AT_ONCE:
            text = _("Nothing was done: select at most %(most)s codes at once.") % {"most": MOST_AT_ONCE}
            self.message_user(request, text, messages.ERROR)
            return []
        return codes

    def _ask(self, request: HttpRequest, codes: list[PromotionCode]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Delete codes"),
            "opts": self.opts,
            "media": self.media,
            "objects_name": self.opts.verbose_name_plural,
            "queryset": codes,
            "deletable_objects": [[f"{code} ({code.promotion})" for code in codes]],
            "model_count": [(self.opts.verbose_name_plural, len(codes))],
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/delete_selected_confirmation.html", context)

    def get_deleted_objects(self, objs: Iterable[PromotionCode], request: HttpRequest) -> tuple[Any, ...]:
        """What the page that asks before deleting one code shows. Nothing hangs on codes: usages stay."""
        codes = [f"{code} ({code.promotion})" for code in objs]
        return codes, {self.opts.verbose_name_plural: len(codes)}, set(), []

    def delete_model(self, request: HttpRequest, obj: PromotionCode) -> None:
        by_hand.delete(obj.promotion, [obj.code])

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except Refused as refused:
            why = NOT_THERE if isinstance(refused, CodesNotFound) else refused
            text = _("The code was not deleted. %(why)s.") % {"why": why}
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:promotions_promotioncode_changelist"))

    def _delete(self, request: HttpRequest, codes: list[PromotionCode]) -> list[Outcome]:
        by_promotion = sorted(codes, key=lambda code: code.promotion_id)
        groups = groupby(by_promotion, key=lambda code: code.promotion)
        return [outcome for promotion, of_it in groups for outcome in self._delete_of(request, promotion, list(of_it))]

    def _delete_of(self, request: HttpRequest, promotion: Promotion, codes: Sequence[PromotionCode]) -> list[Outcome]:
        """Delete these codes of the promotion, as many as can be deleted, in one transaction."""
        try:
            with transaction.atomic():
                by_hand.delete(promotion, [code.code for code in codes])
                self.log_deletions(request, codes)
        except CodesNotFound as missing:
            stay = [Outcome(codes[place], str(NOT_THERE)) for place in missing.places]
            others = [code for place, code in enumerate(codes) if place not in missing.places]
            return stay + (self._delete_of(request, promotion, others) if others else [])
        except Refused as refused:
            return [Outcome(code, str(refused)) for code in codes]
        except OperationalError:
            return [Outcome(code, str(BUSY)) for code in codes]
        return [Outcome(code) for code in codes]

    def _switch(self, request: HttpRequest, codes: list[PromotionCode], switch: Switch) -> None:
        outcomes = [self._switch_code(request, code, switch) for code in codes]
        self._tell(request, outcomes, switch.done, switch.refused)

    def _switch_code(self, request: HttpRequest, code: PromotionCode, switch: Switch) -> Outcome:
        """Switch one code, and write it into the admin's log, both or neither."""
        try:
            with transaction.atomic():
                if not switch.turn(code):
                    return Outcome(code, str(switch.no_change))
                self.log_change(request, code, switch.entry)
        except Refused as refused:
            return Outcome(code, str(refused))
        except OperationalError:
            return Outcome(code, str(BUSY))
        return Outcome(code)

    def _tell(self, request: HttpRequest, outcomes: list[Outcome], done: Any, not_done: Any) -> None:
        """One message for what was done, and one for each reason why it was not, naming the codes."""
        names = [str(outcome.code) for outcome in outcomes if not outcome.refusal]
        if names:
            self.message_user(request, done % enumerated(names), messages.SUCCESS)
        for why in dict.fromkeys(outcome.refusal for outcome in outcomes if outcome.refusal):
            names = [str(outcome.code) for outcome in outcomes if outcome.refusal == why]
            self.message_user(request, f"{not_done % enumerated(names)} {why}.", messages.WARNING)
