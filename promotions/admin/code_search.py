"""Finding codes by their beginning within one promotion, for which there is no index: it would cost every code."""

from django.db.models import QuerySet

from promotions.models import PromotionCode

# All codes of a promotion with so many are looked at, one after the other: some 20 ms.
FEW_CODES = 10_000
# Of a larger one, the first codes of the whole shop that begin so: each is a row somewhere else, some 100 ms in all.
LOOKED_AT = 2_000
# What is shown, in pages.
MOST_FOUND = 1_000


def beginning_with(codes: QuerySet[PromotionCode], promotion_id: int, wanted: str) -> QuerySet[PromotionCode]:
    """Those of `codes` that are of this promotion and begin with `wanted`, MOST_FOUND at most.

    All of them when the promotion has few codes. Of many, those among the first of the shop that begin so: the code
    itself, when it is written as a whole, is always found.
    """
    all_of_it = PromotionCode.objects.filter(promotion__id=promotion_id).order_by("promotion_id", "id")
    rows = list(all_of_it.values_list("code", "pk")[: FEW_CODES + 1])
    if len(rows) > FEW_CODES:
        first = PromotionCode.objects.filter(code__startswith=wanted).order_by("code")[:LOOKED_AT]
        return codes.filter(pk__in=first.values("pk"))
    found = sorted(row for row in rows if row[0].startswith(wanted))
    return codes.filter(pk__in=[pk for _code, pk in found[:MOST_FOUND]])
