"""Adding and removing codes by the thousand: one interface for both databases.

Each function is one batch and runs in the caller's transaction. It knows nothing of leases and tokens: who may
write is decided by the caller, in the same transaction.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Max, QuerySet
from psycopg.errors import UniqueViolation

from promotions.models import PromotionCode

_TABLE = f'"{PromotionCode._meta.db_table}"'

# How many are deleted in one batch: 20 to 50 ms of work.
DELETED_AT_ONCE = {"postgresql": 50_000, "sqlite": 5_000}[connection.vendor]

# What turns one parameter, all texts of a batch, into rows: (FROM clause, column, how the parameter is passed).
_ROWS: dict[str, tuple[str, str, Callable[[list[str]], Any]]] = {
    "postgresql": ("unnest(%s::text[]) AS batch(text)", "batch.text", list),
    "sqlite": ("json_each(%s) AS batch", "batch.value", json.dumps),
}


def insert(template: PromotionCode, texts: list[str], *, crowded: bool = False) -> int:
    """Add a code like `template` for each of `texts`; a text that is taken is left out. Fastest when sorted.

    Returns how many were added. It expects that none is taken, unless told that the texts are `crowded`.
    """
    if connection.vendor == "postgresql" and not crowded:
        try:
            # A savepoint, since COPY knows no ON CONFLICT.
            with transaction.atomic(), connection.wrap_database_errors:
                _copy(template, texts)
            return len(texts)
        except IntegrityError as error:
            if not isinstance(error.__cause__, UniqueViolation):
                raise
    return _insert_free(template, texts)


def _copy(template: PromotionCode, texts: list[str]) -> None:
    constants = _constants(template)
    columns = ", ".join(map(_quoted, ["code", *constants]))
    values = [_escaped(str(value)) for value in constants.values()]
    rest_of_row = "\t" + "\t".join(values) + "\n"
    rows = _escaped("\0".join(texts)).replace("\0", rest_of_row) + rest_of_row
    with connection.cursor() as cursor, cursor.copy(f"COPY {_TABLE} ({columns}) FROM STDIN") as copy:
        copy.write(rows)


def _insert_free(template: PromotionCode, texts: list[str]) -> int:
    source, text, parameter = _ROWS[connection.vendor]
    constants = _constants(template)
    types = {field.column: field.cast_db_type(connection) for field in PromotionCode._meta.local_concrete_fields}
    columns = ", ".join(map(_quoted, ["code", *constants]))
    values = ", ".join([text, *(f"CAST(%s AS {types[column]})" for column in constants)])
    # "WHERE true" tells SQLite that ON CONFLICT is no join's ON. Only names of the model stand in the text.
    sql = f"INSERT INTO {_TABLE} ({columns}) SELECT {values} FROM {source} WHERE true ON CONFLICT DO NOTHING"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [*constants.values(), parameter(texts)])
        return cursor.rowcount


def _constants(template: PromotionCode) -> dict[str, Any]:
    """What all codes of a batch have in common: values as the database takes them, by column. What is null is left
    out: a column that is not named costs nothing in each row."""
    given = {
        str(field.column): field.get_db_prep_save(getattr(template, field.attname), connection)
        for field in PromotionCode._meta.local_concrete_fields
        if not field.primary_key and field.name != "code"
    }
    return {column: value for column, value in given.items() if value is not None}


def _escaped(text: str) -> str:
    """`text` as a value of COPY's text format."""
    for sign, escaped in (("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r")):
        text = text.replace(sign, escaped)
    return text


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def delete_next(codes: QuerySet[PromotionCode], after_id: int, at_most: int) -> tuple[int, int]:
    """Delete the next `at_most` of `codes`, in order of their ids, beginning after `after_id`.

    Select them by their promotion, which comes first in the index, so that no others are walked over. Returns how
    many were deleted, 0 when none is left, and the id up to which there is none any more.
    """
    codes = codes.filter(id__gt=after_id)
    with in_order_of_index():
        last: int | None = codes.order_by("promotion_id", "id")[:at_most].aggregate(last=Max("id"))["last"]
    if last is None:
        return 0, after_id
    # Nothing hangs on codes, so nothing of them need be fetched.
    return codes.filter(id__lte=last)._raw_delete(codes.db), last


@contextmanager
def in_order_of_index() -> Iterator[None]:
    """Keeps PostgreSQL from sorting all codes of a promotion to find the first ones, as it does for a promotion of
    whose growth it has no statistics yet: each batch would take as long as all that are left. In a transaction, which
    SQLite has no need for and would be locked by."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
        yield
        cursor.execute("RESET enable_sort")
