"""The order of a list: `sort=field`, or `sort=-field` for descending (contract, section 7)."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request

from promotions.errors import Fault, Refused

# What a database sorts in some tenths of a second. An index for each order would cost every redemption instead.
SORTED_MAX = 100_000


def in_order(
    request: Request,
    rows: QuerySet[Any, Any],
    fields: Mapping[str, str],
    default: str,
    indexed: Collection[str] | None = None,
) -> QuerySet[Any, Any]:
    """`rows` in the order that the request asks for, else `default`, such as `-updated_at`.

    `fields` gives the model's field for each name that may be asked for. Equal rows keep one order, so that no
    page misses one. Any number of rows is sorted by the names that are `indexed`, by default all, and at most
    SORTED_MAX by the others. Raises Refused for more, and for any other name.
    """
    wanted = request.query_params.get("sort", default)
    sign, name = ("-", wanted[1:]) if wanted.startswith("-") else ("", wanted)
    if name not in fields:
        raise Refused([Fault(400, "Bad Request", f"Can only sort by {', '.join(sorted(fields))}", "sort")])
    if indexed is not None and name not in indexed and rows.order_by()[: SORTED_MAX + 1].count() > SORTED_MAX:
        detail = f"More than {SORTED_MAX} rows can only be sorted by {', '.join(sorted(indexed))}: use a filter"
        raise Refused([Fault(400, "Bad Request", detail, "sort")])
    return rows.order_by(f"{sign}{fields[name]}", f"{sign}pk")
