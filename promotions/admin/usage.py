"""Usages in the admin: which orders have used which codes. Read only; the API alone redeems and gives back."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery, TextChoices
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from promotions.admin.days import DaysFilter
from promotions.admin.display import badge, link, moment
from promotions.admin.long_list import LongListAdmin, PromotionFilter
from promotions.models import Promotion, Usage

# Of a code that everybody uses, or a customer without a name, there are as many usages as orders.
MOST_FOUND = 1_000
NEWEST_FIRST = ("-used_on", "-pk")


class Standing(TextChoices):
    """Whether the uses were given back to the code, as its order was cancelled."""

    COUNTED = "counted", _("Counted")
    REVERSED = "reversed", _("Reversed")


COLOURS = {Standing.COUNTED: "success", Standing.REVERSED: "warning"}


def usages_shown(usages: QuerySet[Usage]) -> QuerySet[Usage]:
    """These usages, newest first, each with the name of its promotion as long as there is one.

    Not by a join, which would hide the usages of a promotion that is gone.
    """
    name = Promotion.objects.present().filter(pk=OuterRef("promotion_id")).values("name")
    return usages.annotate(promotion_name=Subquery(name)).order_by(*NEWEST_FIRST)


@admin.register(Usage)
class UsageAdmin(LongListAdmin):
    list_display = ["code", "promotion_link", "customer", "order_id", "times_used", "used", "standing"]
    order = NEWEST_FIRST
    list_filter = [("promotion", PromotionFilter), ("used_on", DaysFilter)]
    search_fields = ["code", "order_id", "customer_id", "customer_email"]
    search_help_text = _("Search by the whole code, order, customer or e-mail address")
    when_empty = _("No order has used a code yet. Usages appear here as soon as the shop redeems a code.")
    readonly_fields = ["uuid", "promotion_link", "state"]
    fieldsets = [
        (None, {"fields": ["code", "promotion_link", "state", "times_used", "used_on", "uuid"]}),
        (_("Order"), {"fields": ["order_id", "customer_id", "customer_email", "anonymized"]}),
        (_("Record"), {"fields": ["reversed_by", "reversed_at", "updated_by", "updated_at"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Usage]:
        return usages_shown(super().get_queryset(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Usage], search_term: str
    ) -> tuple[QuerySet[Usage], bool]:
        """The newest usages that have the whole text as code, order, customer or address.

        Each is looked up by its index, which ends after so many: one condition for all would sort all matches.
        """
        wanted = search_term.strip()
        if not wanted:
            return queryset, False
        found: set[int] = set()
        for name in self.search_fields:
            matches = queryset.filter(**{name: wanted}).order_by(*NEWEST_FIRST)
            found.update(matches.values_list("pk", flat=True)[:MOST_FOUND])
        return queryset.filter(pk__in=found), False

    @display(description=_("promotion"))
    def promotion_link(self, usage: Any) -> str | None:
        if usage.promotion_name is None:
            return None
        return link(reverse("admin:promotions_promotion_change", args=[usage.promotion_id]), usage.promotion_name)

    @display(description=_("customer"))
    def customer(self, usage: Usage) -> str:
        return customer_of(usage)

    @display(description=_("used on"))
    def used(self, usage: Usage) -> str:
        return moment(usage.used_on)

    @display(description=_("state"), label=COLOURS)
    def standing(self, usage: Usage) -> tuple[str, Any]:
        state = standing(usage)
        return state.value, state.label

    @display(description=_("state"))
    def state(self, usage: Usage) -> Any:
        return standing(usage).label


def standing(usage: Usage) -> Standing:
    return Standing.REVERSED if usage.reversed_at else Standing.COUNTED


def customer_of(usage: Usage) -> str:
    """Who has used the code, as far as the order told."""
    return usage.customer_email or usage.customer_id


def usages_table(usages: Iterable[Usage], *, with_code: bool) -> dict[str, Any]:
    """Usages, as the theme's table wants them: on the pages of what they belong to."""
    headers = [
        *([_("code")] if with_code else []),
        _("customer"),
        _("order"),
        _("times used"),
        _("used on"),
        _("state"),
    ]
    rows = []
    for usage in usages:
        order = link(reverse("admin:promotions_usage_change", args=[usage.pk]), usage.order_id)
        state = standing(usage)
        cells = [customer_of(usage) or "-", order, usage.times_used, moment(usage.used_on)]
        cells.append(badge(state.label, COLOURS[state]))
        rows.append([usage.code, *cells] if with_code else cells)
    return {"headers": headers, "rows": rows}
