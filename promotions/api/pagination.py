"""Pages of `page[limit]` rows from `page[offset]` on (contract, section 7)."""

from typing import Any, Protocol

from django.db.models import Model, QuerySet
from django.utils.http import urlencode
from rest_framework.request import Request

from promotions.errors import Fault, Refused

LIMIT_DEFAULT = 25
LIMIT_MAX = 100
OFFSET_MAX = 10_000
# What can be paged through; counting on would walk over millions of rows for a number that nobody reaches.
COUNTED = OFFSET_MAX + LIMIT_MAX


class Rows(Protocol):
    """What can be cut into pages: a queryset, or whatever counts and slices like one."""

    def count(self) -> int: ...

    def __getitem__(self, wanted: slice, /) -> Any: ...


def page(request: Request, rows: Rows) -> tuple[list[Model], dict[str, Any]]:
    """The rows that the request asks for, and the `links` and `meta` that stand beside them.

    More than COUNTED rows are counted only where that costs nothing; else `meta.results.capped` says, as an addition
    of ours, that there are more. No link leads beyond the offsets that are allowed.
    Raises Refused for a limit or an offset that is no number or is out of bounds.
    """
    limit = _number(request, "page[limit]", LIMIT_DEFAULT, 1, LIMIT_MAX)
    offset = _number(request, "page[offset]", 0, 0, OFFSET_MAX)
    total, results = _count(rows)
    last = max(total - 1, 0) // limit * limit
    last_link = min(last, OFFSET_MAX // limit * limit)
    following = offset + limit

    def link(to: int) -> str:
        # Brackets stay as they are, as in Elastic Path's own links.
        others = {key: str(value) for key, value in request.query_params.items() if not key.startswith("page[")}
        query = f"page[offset]={to}&page[limit]={limit}" + (f"&{urlencode(others)}" if others else "")
        return request.build_absolute_uri(request.path) + "?" + query

    links = {
        "current": link(offset),
        "first": link(0),
        "last": link(last_link) if last_link else None,
        "prev": link(max(offset - limit, 0)) if offset else None,
        "next": link(following) if following < total and following <= OFFSET_MAX else None,
    }
    pages = {"limit": limit, "offset": offset, "current": offset // limit + 1, "total": last // limit + 1}
    return list(rows[offset : offset + limit]), {
        "links": links,
        "meta": {"page": pages, "results": results},
    }


def _count(rows: Rows) -> tuple[int, dict[str, Any]]:
    """How many rows there are as far as they are counted, and what is said of it."""
    if not isinstance(rows, QuerySet):
        total = rows.count()
        return total, {"total": total}
    total = rows.order_by()[: COUNTED + 1].count()
    return (COUNTED, {"total": COUNTED, "capped": True}) if total > COUNTED else (total, {"total": total})


def _number(request: Request, name: str, default: int, least: int, most: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()):
        raise Refused([Fault(400, "invalid_type", f"Invalid type. Expected: integer, given: {text}", name)])
    # Ten digits are more than any bound, and a number of millions of them would be slow to read.
    number = int(text[:10])
    if number < least:
        raise Refused([Fault(400, "number_gte", f"Must be greater than or equal to {least}", name)])
    if number > most:
        raise Refused([Fault(400, "number_lte", f"Must be less than or equal to {most}", name)])
    return number
