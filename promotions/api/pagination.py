"""Pages of `page[limit]` rows from `page[offset]` on (contract, section 7)."""

from typing import Any, Protocol

from django.db.models import Model
from django.utils.http import urlencode
from rest_framework.request import Request

from promotions.errors import Fault, Refused

LIMIT_DEFAULT = 25
LIMIT_MAX = 100
OFFSET_MAX = 10_000


class Rows(Protocol):
    """What can be cut into pages: a queryset, or whatever counts and slices like one."""

    def count(self) -> int: ...

    def __getitem__(self, wanted: slice, /) -> Any: ...


def page(request: Request, rows: Rows) -> tuple[list[Model], dict[str, Any]]:
    """The rows that the request asks for, and the `links` and `meta` that stand beside them.

    Raises Refused for a limit or an offset that is no number or is out of bounds.
    """
    limit = _number(request, "page[limit]", LIMIT_DEFAULT, 1, LIMIT_MAX)
    offset = _number(request, "page[offset]", 0, 0, OFFSET_MAX)
    total = rows.count()
    last = max(total - 1, 0) // limit * limit

    def link(to: int) -> str:
        # Brackets stay as they are, as in Elastic Path's own links.
        others = {key: str(value) for key, value in request.query_params.items() if not key.startswith("page[")}
        query = f"page[offset]={to}&page[limit]={limit}" + (f"&{urlencode(others)}" if others else "")
        return request.build_absolute_uri(request.path) + "?" + query

    links = {
        "current": link(offset),
        "first": link(0),
        "last": link(last) if last else None,
        "prev": link(max(offset - limit, 0)) if offset else None,
        "next": link(offset + limit) if offset + limit < total else None,
    }
    pages = {"limit": limit, "offset": offset, "current": offset // limit + 1, "total": last // limit + 1}
    return list(rows[offset : offset + limit]), {
        "links": links,
        "meta": {"page": pages, "results": {"total": total}},
    }


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
