"""Tables that grow without end, in the admin: never more work than one page of them, however many rows there are."""

from typing import Any

from django.http import HttpRequest
from unfold import paginator
from unfold.admin import ModelAdmin

from promotions.admin.display import ROWS_PER_PAGE

# Nobody turns so many pages, and the database would walk over all rows before the page that is asked for.
PAGED_THROUGH = 10_000


class InfinitePaginator(paginator.InfinitePaginator):
    """Pages without counting the rows; who looks for an older one searches for it.

    The theme leaves out the number of results for paginators of this name.
    """

    count = PAGED_THROUGH


class LongListAdmin(ModelAdmin):
    """Lists rows that are written elsewhere, by the API and the workers; no form adds or changes one."""

    show_full_result_count = False
    list_per_page = ROWS_PER_PAGE
    list_filter_submit = True
    # "Select all 10,000" would be neither all nor as many as an action takes.
    list_disable_select_all = True
    sortable_by: tuple[str, ...] = ()
    paginator = InfinitePaginator

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
