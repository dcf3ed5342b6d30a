"""The order of a list: `sort=field`, or `sort=-field` for descending (contract, section 7)."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request

from promotions.errors import Fault, Refused


def in_order(request: Request, rows: QuerySet[Any, Any], fields: Mapping[str, str], default: str) -> QuerySet[Any, Any]:
    """`rows` in the order that the request asks for, else `default`, such as `-updated_at`.

    `fields` gives the model's field for each name that may be asked for. Equal rows keep one order, so that no
    page misses one. Raises Refused for any other name.
    """
    wanted = request.query_params.get("sort", default)
    sign, name = ("-", wanted[1:]) if wanted.startswith("-") else ("", wanted)
    if name not in fields:
        raise Refused([Fault(400, "Bad Request", f"Can only sort by {', '.join(sorted(fields))}", "sort")])
    return rows.order_by(f"{sign}{fields[name]}", f"{sign}pk")
