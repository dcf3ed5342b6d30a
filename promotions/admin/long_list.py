"""Tables that grow without end, in the admin: never more work than one page of them, however many rows there are."""

from typing import Any

from django.contrib.admin import ShowFacets
from django.http import HttpRequest
from unfold import paginator
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.views import ChangeList

from promotions.admin.display import ROWS_PER_PAGE

# Nobody turns so many pages, and the database would walk over all rows before the page that is asked for.
PAGED_THROUGH = 10_000

PROMOTION = "promotion__id__exact"


class InfinitePaginator(paginator.InfinitePaginator):
    """Pages without counting the rows; who looks for an older one searches for it.

    The theme leaves out the number of results for paginators of this name.
    """

    count = PAGED_THROUGH


def promotion_in(request: HttpRequest) -> int | None:
    """The key of the promotion that the address filters by; None when it names none, or what can be no key."""
    text = request.GET.get(PROMOTION, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


class PromotionFilter(AutocompleteSelectFilter):
    """Filters by a promotion, and leaves out what can be no key: the theme would fail on it."""

    def __init__(self, field: Any, request: HttpRequest, params: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        if promotion_in(request) is None:
            params.pop(PROMOTION, None)
        super().__init__(field, request, params, *args, **kwargs)


class OneOrder(ChangeList):
    """A list in its admin's one order, for which there is an index, also when its address asks for another: that would
    sort the whole table."""

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[str]:
        return list((self.query and self.model_admin.order_found) or self.model_admin.order)


class LongListAdmin(ModelAdmin):
    """Lists rows that are written elsewhere, by the API and the workers; no form adds or changes one.

    `order` is that of the list, and `order_found` that of what was searched for, where it is another.
    """

    order: tuple[str, ...] = ("-pk",)
    order_found: tuple[str, ...] = ()
    show_full_result_count = False
    # How many rows each filter leaves would be counted.
    show_facets = ShowFacets.NEVER
    list_per_page = ROWS_PER_PAGE
    list_filter_submit = True
    # "Select all 10,000" would be neither all nor as many as an action takes.
    list_disable_select_all = True
    sortable_by: tuple[str, ...] = ()
    paginator = InfinitePaginator

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return OneOrder

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
