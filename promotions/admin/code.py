"""Codes in the admin: finding one among millions, and all that is known of it. Deleting and switching off is in
`code_actions`."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, TextChoices
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from promotions.admin.code_actions import CodeActions
from promotions.admin.code_search import beginning_with
from promotions.admin.display import moment
from promotions.admin.long_list import PromotionFilter, promotion_in
from promotions.admin.usage import usages_shown, usages_table
from promotions.models import PromotionCode, Usage
from promotions.states import Status

LATEST_USAGES = 10


class Availability(TextChoices):
    """Whether a code can be used, as far as it is up to the code itself."""

    LIVE = "live", _("Live")
    USED_UP = "used_up", _("Used up")
    DISABLED = "disabled", _("Disabled")
    IN_PREPARATION = "in_preparation", _("In preparation")
    BEING_REMOVED = "being_removed", _("Being removed")


COLOURS = {
    Availability.LIVE: "success",
    Availability.USED_UP: "",
    Availability.DISABLED: "danger",
    Availability.IN_PREPARATION: "warning",
    Availability.BEING_REMOVED: "danger",
}


@admin.register(PromotionCode)
class PromotionCodeAdmin(CodeActions):
    list_display = ["code", "promotion", "uses_left", "consume_unit", "standing", "job", "created"]
    list_select_related = ["promotion", "job"]
    # That of the index in which they are found.
    order_found = ("code",)
    list_filter = [("promotion", PromotionFilter)]
    search_fields = ["code"]
    search_help_text = _("Search by the code or its beginning")
    when_empty = _("There are no codes yet: open a promotion and generate some, or add them by hand.")
    fields = [
        "code",
        "promotion",
        "availability",
        "uses_left",
        "consume_unit",
        "user",
        "job",
        "created_by",
        "created_at",
        "disabled_at",
    ]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PromotionCode], search_term: str
    ) -> tuple[QuerySet[PromotionCode], bool]:
        """The codes that begin with the search term, whose blanks are its own."""
        wanted = search_term.strip()
        if not wanted:
            return queryset, False
        if promotion := promotion_in(request):
            return beginning_with(queryset, promotion, wanted), False
        return queryset.filter(code__startswith=wanted), False

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        code = kwargs.get("obj")
        if code and request.user.has_perm("promotions.view_usage"):
            context["usages"] = usages_table(latest_usages(code), with_code=False)
        if code and self.has_switch_permission(request):
            context["switch"] = "enable" if code.disabled_at else "disable"
            context["switch_url"] = reverse(f"admin:promotions_promotioncode_{context['switch']}", args=[code.pk])
        return super().render_change_form(request, context, **kwargs)

    @display(description=_("uses left"))
    def uses_left(self, code: PromotionCode) -> Any:
        return uses_left(code)

    @display(description=_("created at"))
    def created(self, code: PromotionCode) -> str:
        return moment(code.created_at)

    @display(description=_("availability"), label=COLOURS)
    def standing(self, code: PromotionCode) -> tuple[str, Any]:
        state = availability(code)
        return state.value, state.label

    @display(description=_("availability"))
    def availability(self, code: PromotionCode) -> Any:
        return availability(code).label


def uses_left(code: PromotionCode) -> Any:
    """How often a code can be used yet, in words."""
    if code.max_uses is None:
        return _("unlimited")
    return _("%(uses)s of %(max_uses)s") % {"uses": code.uses, "max_uses": code.max_uses}


def availability(code: PromotionCode) -> Availability:
    """Whether the code can be used: a job's codes come to life when the job completes; those of a deleted promotion
    wait for their removal."""
    if code.promotion.deleted_at:
        return Availability.BEING_REMOVED
    if code.job and code.job.status != Status.COMPLETED:
        return Availability.IN_PREPARATION
    if code.disabled_at:
        return Availability.DISABLED
    return Availability.USED_UP if code.uses == 0 else Availability.LIVE


def latest_usages(code: PromotionCode) -> QuerySet[Usage]:
    """Who has used the code last, also before it was deleted and added anew."""
    return usages_shown(Usage.objects.filter(promotion=code.promotion_id, code=code.code))[:LATEST_USAGES]
