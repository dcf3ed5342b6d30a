"""Codes in the admin: read only, and never more work than one page of them, however many there are."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold import paginator
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display
from unfold.views import ChangeList

from promotions.admin.display import ROWS_PER_PAGE
from promotions.models import PromotionCode
from promotions.states import Status

# Nobody turns so many pages, and the database would walk over all rows before the page that is asked for.
PAGED_THROUGH = 10_000

LIVE = _("Live")
IN_PREPARATION = _("In preparation")
BEING_REMOVED = _("Being removed")


class InfinitePaginator(paginator.InfinitePaginator):
    """Pages without counting the rows; who looks for an older code searches for it.

    The theme leaves out the number of results for paginators of this name.
    """

    count = PAGED_THROUGH


class NewestFirst(ChangeList):
    """A list in this one order, also when its address asks for another: that would sort the whole table. What was
    searched for comes in the order of the index in which it is found."""

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[str]:
        return ["code"] if self.query else ["-pk"]


@admin.register(PromotionCode)
class PromotionCodeAdmin(ModelAdmin):
    list_display = ["code", "promotion", "uses_left", "consume_unit", "availability", "job", "created_at"]
    list_select_related = ["promotion", "job"]
    list_filter = [("promotion", AutocompleteSelectFilter)]
    list_filter_submit = True
    search_fields = ["code"]
    search_help_text = _("Search by the code or its beginning")
    show_full_result_count = False
    list_per_page = ROWS_PER_PAGE
    sortable_by: tuple[str, ...] = ()
    paginator = InfinitePaginator
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
    ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NewestFirst

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[PromotionCode], bool]:
        """The codes that begin with the search term, whose blanks are its own."""
        wanted = search_term.strip()
        return (queryset.filter(code__startswith=wanted) if wanted else queryset), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: PromotionCode | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PromotionCode | None = None) -> bool:
        return False

    @display(description=_("uses left"))
    def uses_left(self, code: PromotionCode) -> Any:
        if code.max_uses is None:
            return _("unlimited")
        return _("%(uses)s of %(max_uses)s") % {"uses": code.uses, "max_uses": code.max_uses}

    @display(description=_("availability"), label={LIVE: "success", IN_PREPARATION: "warning", BEING_REMOVED: "danger"})
    def availability(self, code: PromotionCode) -> Any:
        """A job's codes come to life when the job completes; those of a deleted promotion wait for their removal."""
        if code.promotion.deleted_at:
            return BEING_REMOVED
        if code.job is None or code.job.status == Status.COMPLETED:
            return LIVE
        return IN_PREPARATION
