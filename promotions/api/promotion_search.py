"""What the list of promotions can be filtered by; more of it for the search of Elastic Path's Commerce Manager.

That search finds promotions by what has been redeemed of them, and only those of which something has (contract,
section 4). A request asks for it with the header `EP-Public-Search-Type: cm_search`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone
from rest_framework.request import Request

from promotions.api.filters import Filterable, like, read_moment, read_number
from promotions.models import Promotion, PromotionCode, Usage
from promotions.models.promotion_schema import products

SEARCH_HEADER = "EP-Public-Search-Type"
ADVANCED = "cm_search"

TEXT = ("eq", "like")
ORDERED = ("eq", "gt", "ge", "gr", "lt", "le")


def fields_of(request: Request) -> Mapping[str, Filterable]:
    """What this request may filter promotions by."""
    return FIELDS | SEARCH_FIELDS if request.headers.get(SEARCH_HEADER) == ADVANCED else FIELDS


def redeemed() -> QuerySet[Usage, Any]:
    """The usages that stand: what was given back has not been redeemed."""
    return Usage.objects.filter(reversed_at=None)


def checkouts() -> QuerySet[Usage, Any]:
    """The promotions with usages, each with its number of `checkouts`."""
    return redeemed().values("promotion").annotate(checkouts=Count("order_id", distinct=True))


def codes_used() -> QuerySet[Usage, Any]:
    """The codes with usages, each with how often it was `used`."""
    return redeemed().values("promotion", "code_id").annotate(used=Sum("times_used"))


def codes_created() -> QuerySet[Usage, Any]:
    """The usages, each with when its code was `created`."""
    code = PromotionCode.objects.filter(pk=OuterRef("code_id"))
    return redeemed().annotate(created=Subquery(code.values("created_at")))


@dataclass(frozen=True)
class Redeemed(Filterable):
    """Filters promotions by a `lookup` of the usages that are `among` these."""

    among: Callable[[], QuerySet[Usage, Any]] = redeemed

    def condition(self, operator: str, values: list[Any]) -> Q:
        return self.with_usages(super().condition(operator, values))

    def with_usages(self, wanted: Q) -> Q:
        """The promotions with such a usage."""
        return Q(pk__in=self.among().filter(wanted).values("promotion"))


@dataclass(frozen=True)
class RedeemedDay(Redeemed):
    """A moment that is asked for by its day, which begins at 00:00 UTC; `eq` means at any time of it."""

    def condition(self, operator: str, values: list[Any]) -> Q:
        if operator != "eq":
            return super().condition(operator, values)
        [day] = values
        within = {f"{self.lookup}__gte": day, f"{self.lookup}__lt": day + timedelta(days=1)}
        return self.with_usages(Q(**within))


@dataclass(frozen=True)
class RedeemedProduct(Redeemed):
    """A SKU or product id in the schema, which neither database can search in the same way."""

    def condition(self, operator: str, values: list[Any]) -> Q:
        [wanted] = values
        rows: Iterable[tuple[int, Any]] = Promotion.objects.present().values_list("pk", "schema")
        matches = like(wanted) if operator == "like" else wanted.__eq__
        return super().condition("in", [pk for pk, schema in rows if any(map(matches, products(schema)))])


def in_state(text: str) -> QuerySet[Promotion]:
    """The promotions in the state that has this name, such as Running. Raises ValueError."""
    return Promotion.objects.in_state(text.lower(), timezone.now())


FIELDS: dict[str, Filterable] = {
    "code": Filterable("pk__in", read=lambda code: PromotionCode.objects.live().filter(code=code).values("promotion"))
}
SEARCH_FIELDS: dict[str, Filterable] = {
    "promo_id": Redeemed("promotion__uuid", read=UUID),
    "promo_name": Redeemed("promotion__name", TEXT),
    "promo_type": Redeemed("promotion__promotion_type"),
    "promo_status": Redeemed("promotion__in", read=in_state),
    "promo_checkouts": Redeemed("checkouts", ORDERED, read_number, checkouts),
    "promo_skus_prod_ids": RedeemedProduct("promotion", TEXT),
    "promo_start_date": RedeemedDay("promotion__start", ORDERED, read_moment),
    "promo_end_date": RedeemedDay("promotion__end", ORDERED, read_moment),
    "code_id": Redeemed("code_id", read=read_number),
    "code_code": Redeemed("code", TEXT),
    "code_used": Redeemed("used", ORDERED, read_number, codes_used),
    "code_created_date": RedeemedDay("created", ORDERED, read_moment, codes_created),
    "order_id": Redeemed("order_id", TEXT),
    "order_customer_email": Redeemed("customer_email", TEXT),
    "order_created_date": RedeemedDay("used_on", ORDERED, read_moment),
}
