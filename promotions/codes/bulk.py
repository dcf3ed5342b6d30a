"""Adding and removing codes by the thousand: one interface for both databases.

Each function is one batch and runs in the caller's transaction. It knows nothing of leases and tokens: who may
write is decided by the caller, in the same transaction.
"""

import json
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import Max, QuerySet

from promotions.models import PromotionCode

# What turns one parameter, all texts of a batch, into rows: (FROM clause, column, how the parameter is passed).
_ROWS: dict[str, tuple[str, str, Callable[[list[str]], Any]]] = {
    "postgresql": ("unnest(%s::text[]) AS batch(text)", "batch.text", list),
    "sqlite": ("json_each(%s) AS batch", "batch.value", json.dumps),
}


def insert(template: PromotionCode, texts: list[str]) -> int:
    """Add a code like `template` for each of `texts`, in one statement; a text that is taken is left out.

    Returns how many were added.
    """
    source, text, parameter = _ROWS[connection.vendor]
    fields = [field for field in PromotionCode._meta.local_concrete_fields if not field.primary_key]
    columns, values, parameters = [], [], []
    for field in fields:
        columns.append(connection.ops.quote_name(str(field.column)))
        if field.name == "code":
            values.append(text)
        else:
            values.append(f"CAST(%s AS {field.cast_db_type(connection)})")
            parameters.append(field.get_db_prep_save(getattr(template, field.attname), connection))
    table = connection.ops.quote_name(PromotionCode._meta.db_table)
    # "WHERE true" tells SQLite that ON CONFLICT is no join's ON. Only names of the model stand in the text.
    sql = (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {source} "  # noqa: S608
        "WHERE true ON CONFLICT DO NOTHING"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, parameter(texts)])
        return cursor.rowcount


def delete_next(codes: QuerySet[PromotionCode], after_id: int, at_most: int) -> tuple[int, int]:
    """Delete the next `at_most` of `codes`, in order of their ids, beginning after `after_id`.

    Select them by their promotion, which comes first in the index, so that no others are walked over. Returns how
    many were deleted, 0 when none is left, and the id up to which there is none any more.
    """
    codes = codes.filter(id__gt=after_id)
    last: int | None = codes.order_by("id")[:at_most].aggregate(last=Max("id"))["last"]
    if last is None:
        return 0, after_id
    deleted, _ = codes.filter(id__lte=last).delete()
    return deleted, last
