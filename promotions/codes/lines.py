"""Codes as lines of a CSV file, built by the database: as Python's csv module would write them, many times as fast."""

from django.db import connection
from django.db.models import QuerySet, TextField
from django.db.models.expressions import RawSQL

from promotions.codes.bulk import in_order_of_index
from promotions.models import PromotionCode

COLUMNS = ("code", "consume_unit", "max_uses", "uses", "user", "created_by", "created_at")
# People write these, so a spreadsheet could take them for formulas; codes may not begin like one.
_FREE_TEXTS = ("user", "created_by")
_NUMBERS = ("max_uses", "uses")
_MAY_NEED_QUOTES = ("code", *_FREE_TEXTS)
_FORMULA_SIGNS = ", ".join(str(ord(sign)) for sign in "=+-@\t\r")
_LINE_END = "\r\n"

# How each database finds a text's first sign and what needs quotes, and writes 2026-11-24T01:02:03Z.
_DIALECTS = {
    "postgresql": (
        "ascii",
        ("~", '[",\r\n]'),
        "replace(date_trunc('second', {} AT TIME ZONE 'UTC')::text, ' ', 'T') || 'Z'",
    ),
    "sqlite": (
        "unicode",
        ("GLOB", '*[",\r\n]*'),
        "substr({0}, 1, 10) || 'T' || substr({0}, 12, 8) || 'Z'",
    ),
}
_FIRST_SIGN, (_MATCHES, _NEEDS_QUOTES), _MOMENT = _DIALECTS[connection.vendor]

# Lines without their encoding, how many they are, and the id of the last code.
Lines = tuple[str, int, int | None]


def heading() -> bytes:
    """The first line of the file: the names of the columns."""
    return (",".join(COLUMNS) + _LINE_END).encode()


def read_next(codes: QuerySet[PromotionCode], after_id: int, at_most: int) -> tuple[bytes, int, int]:
    """The lines of the next `at_most` of `codes` in order of their ids, beginning after `after_id`; those made at the
    same moment stand together.

    Select them by their promotion, as for `bulk.delete_next`. Returns the lines in UTF-8, each with its end, how many
    they are, 0 when none is left, and the id of the last.
    """
    codes = codes.filter(id__gt=after_id).order_by("promotion_id", "id")[:at_most]
    read_plain = _read_by_moment if connection.vendor == "postgresql" else _read_plain
    text, count, last = read_plain(codes) or _read(codes, with_quotes=True)
    return text.encode(), count, last or after_id


def _is_plain(text: str, lines: int, columns: tuple[str, ...]) -> bool:
    """Whether no value in these lines has a sign that must stand in quotes: mostly so, and found faster here than
    there."""
    expected = {",": (len(columns) - 1) * lines, "\r": lines, "\n": lines, '"': 0}
    return all(text.count(sign) == number for sign, number in expected.items())


def _read(codes: QuerySet[PromotionCode], *, with_quotes: bool) -> Lines:
    rows = codes.annotate(line=_line(COLUMNS, with_quotes=with_quotes)).values_list("line", "id")
    found = _fetched(*rows.query.sql_with_params())
    return "".join([line for line, _ in found]), len(found), found[-1][1] if found else None


def _read_plain(codes: QuerySet[PromotionCode]) -> Lines | None:
    """The lines of these codes without quotes; None when they need some."""
    text, count, last = _read(codes, with_quotes=False)
    return (text, count, last) if _is_plain(text, count, COLUMNS) else None


def _read_by_moment(codes: QuerySet[PromotionCode]) -> Lines | None:
    """The same. PostgreSQL sends one text for all codes made at the same moment, which are mostly thousands: each row
    would cost more here than all that is done for it there, and writing its moment there as much as all its other
    columns.

    Rows come to string_agg in the order of the inner query; told to keep an order, it would sort them all.
    """
    columns = COLUMNS[:-1]
    rows, parameters = codes.annotate(line=_line(columns)).values("line", "id", "created_at").query.sql_with_params()
    found = _fetched(
        "SELECT created_at, string_agg(line, ''), count(*), max(id)"  # noqa: S608
        f" FROM ({rows}) AS next GROUP BY created_at ORDER BY min(id)",
        parameters,
    )
    if not all(_is_plain(text, count, columns) for _, text, count, _ in found):
        return None
    texts = [text.replace(_LINE_END, f",{moment:%Y-%m-%dT%H:%M:%SZ}{_LINE_END}") for moment, text, _, _ in found]
    return "".join(texts), sum(count for _, _, count, _ in found), max((last for *_, last in found), default=None)


def _fetched(sql: str, parameters: tuple) -> list[tuple]:
    # As they come: a queryset would look at each value.
    with in_order_of_index(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def _line(columns: tuple[str, ...], *, with_quotes: bool = False) -> RawSQL:
    """The line of a code as SQL, in which only names stand."""
    cells, parameters = [], []
    for name in columns:
        cell = _cell(name)
        if with_quotes and name in _MAY_NEED_QUOTES:
            cell = f"""CASE WHEN {cell} {_MATCHES} %s THEN '"' || replace({cell}, '"', '""') || '"' ELSE {cell} END"""
            parameters.append(_NEEDS_QUOTES)
        cells.append(cell)
    # Each in the way that is faster there, by a quarter.
    if connection.vendor == "postgresql":
        line, parameters = " || ',' || ".join(f"({cell})" for cell in cells) + " || %s", [*parameters, _LINE_END]
    else:
        line, parameters = f"printf(%s, {', '.join(cells)})", [",".join(["%s"] * len(cells)) + _LINE_END, *parameters]
    return RawSQL(line, parameters, output_field=TextField())  # noqa: S611


def _cell(name: str) -> str:
    column = ".".join(connection.ops.quote_name(part) for part in (PromotionCode._meta.db_table, name))
    if name in _FREE_TEXTS:
        # An apostrophe makes text of what follows.
        return f"CASE WHEN {_FIRST_SIGN}({column}) IN ({_FORMULA_SIGNS}) THEN '''' || {column} ELSE {column} END"
    if name in _NUMBERS:
        return f"coalesce(CAST({column} AS text), '')"
    return _MOMENT.format(column) if name == "created_at" else column
