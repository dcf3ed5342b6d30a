"""The filter language of list requests (contract, section 7): `eq(status,failed):eq(job_type,code_generate)`.

`:` means and, `(a|b)` means or. A list says which of its fields can be filtered, and by which operators.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from operator import and_, or_
from typing import Any

import parsy
from django.db.models import Q
from rest_framework.request import Request

from promotions.errors import Fault, Refused
from promotions.models.moments import moment_of

MAX_LENGTH = 8 * 1024
MAX_FILTERS = 10

# `gr` is how Elastic Path's page on the search of promotions writes `ge`.
OPERATORS = ("eq", "like", "in", "gt", "ge", "gr", "lt", "le")


class FilterRefused(Refused):
    """A filter that cannot be read, or asks for what the list does not have. The text is the contract's."""

    def __init__(self, why: str = "") -> None:
        detail = "Could not parse the supplied filter"
        super().__init__([Fault(400, "Bad Request", f"{detail}: {why}" if why else detail)])


@dataclass(frozen=True)
class Comparison:
    """One `operator(field,value)`."""

    operator: str
    field: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Filterable:
    """How a list's field is filtered: by `lookup` of the model, after `read` has made a value of the text.

    `read` raises ValueError for a text that is no value of the field.
    """

    lookup: str
    operators: tuple[str, ...] = ("eq",)
    read: Callable[[str], Any] = str

    def condition(self, operator: str, values: list[Any]) -> Q:
        """What a comparison with these values asks of the list's rows."""
        return _compare(self.lookup, operator, values)


def _quoted(mark: str) -> parsy.Parser:
    inside = parsy.regex(r"\\(.)", group=1) | parsy.regex(rf"[^\\{mark}]+")
    return parsy.string(mark) >> inside.many().concat() << parsy.string(mark)


def _grammar() -> parsy.Parser:
    blank = parsy.regex(r"\s*")
    quoted = _quoted('"') | _quoted("'")
    one = blank >> (quoted | parsy.regex(r"(?![\"'])[^)]*").map(str.rstrip)) << blank
    several = (blank >> (quoted | parsy.regex(r"(?![\"'])[^,)]*").map(str.rstrip)) << blank).sep_by(
        parsy.string(","), min=1
    )
    field = blank >> parsy.regex(r"[A-Za-z_][\w.]*") << blank << parsy.string(",")
    listed = parsy.seq(parsy.string("in") << parsy.string("("), field, several << parsy.string(")"))
    single_operators = [operator for operator in OPERATORS if operator != "in"]
    operator = parsy.string_from(*single_operators) << parsy.string("(")
    single = parsy.seq(operator, field, one.map(lambda value: [value]) << parsy.string(")"))
    comparison = (listed | single).combine(lambda name, of, values: Comparison(name, of, tuple(values)))
    either = parsy.string("(") >> comparison.sep_by(parsy.string("|"), min=1) << parsy.string(")")
    return (either | comparison.map(lambda only: [only])).sep_by(parsy.string(":"), min=1)


GRAMMAR = _grammar()


def parse(text: str) -> list[list[Comparison]]:
    """The comparisons of a filter: all of the outer list must hold, of each inner list at least one.

    Raises FilterRefused for a text that is no filter, too long, or of too many comparisons.
    """
    if len(text) > MAX_LENGTH:
        raise FilterRefused(f"longer than {MAX_LENGTH} characters")
    try:
        groups: list[list[Comparison]] = GRAMMAR.parse(text)
    except parsy.ParseError as error:
        raise FilterRefused from error
    if sum(map(len, groups)) > MAX_FILTERS:
        raise FilterRefused(f"more than {MAX_FILTERS} comparisons")
    return groups


def condition(request: Request, fields: Mapping[str, Filterable], ignored: frozenset[str] = frozenset()) -> Q:
    """What the request's `filter` asks for, as a condition on the list's rows; without one, everything.

    Comparisons of fields in `ignored` are left out. Raises FilterRefused.
    """
    text = request.query_params.get("filter", "").strip()
    groups = parse(text) if text else []
    wanted = [[one for one in group if one.field not in ignored] for group in groups]
    return reduce(and_, (reduce(or_, (_query(one, fields) for one in group)) for group in wanted if group), Q())


def _query(comparison: Comparison, fields: Mapping[str, Filterable]) -> Q:
    field = fields.get(comparison.field)
    if field is None or comparison.operator not in field.operators:
        raise FilterRefused(f"{comparison.operator}({comparison.field}) is not supported here")
    try:
        values = [field.read(value) for value in comparison.values]
    except ValueError as error:
        raise FilterRefused(f"no value of {comparison.field}") from error
    return field.condition(comparison.operator, values)


def read_moment(text: str) -> datetime:
    """A date, or milliseconds since 1970, as filters may have it. Raises ValueError."""
    if not (text.isascii() and text.isdigit()):
        return moment_of(text)
    try:
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(text) from error


def read_number(text: str) -> int:
    """A whole number that a database can hold. Raises ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ValueError(text)
    return int(text)


def _compare(lookup: str, operator: str, values: list[Any]) -> Q:
    match operator:
        case "in":
            return Q(**{f"{lookup}__in": values})
        case "eq":
            return Q(**{lookup: values[0]})
        case "like":
            return _like(lookup, values[0])
    return Q(**{f"{lookup}__{ {'ge': 'gte', 'gr': 'gte', 'le': 'lte'}.get(operator, operator) }": values[0]})


def _like(lookup: str, pattern: str) -> Q:
    kind, text = _pattern(pattern)
    return Q(**{f"{lookup}__{kind}": text})


def like(pattern: str) -> Callable[[str], bool]:
    """Whether a text is like the pattern, for what no database is asked."""
    kind, text = _pattern(pattern)
    tests: dict[str, Callable[[str], bool]] = {
        "contains": lambda one: text in one,
        "endswith": lambda one: one.endswith(text),
        "startswith": lambda one: one.startswith(text),
        "exact": lambda one: one == text,
    }
    return tests[kind]


def _pattern(pattern: str) -> tuple[str, str]:
    """`*` at an end of the pattern stands for anything; elsewhere it is a star."""
    text = pattern.removeprefix("*")
    starts_open, ends_open = text != pattern, text.endswith("*")
    text = text.removesuffix("*")
    kinds = {(True, True): "contains", (True, False): "endswith", (False, True): "startswith", (False, False): "exact"}
    return kinds[starts_open, ends_open], text
