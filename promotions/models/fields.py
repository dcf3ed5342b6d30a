"""Field types and validators of our own."""

import sys
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import StartsWith
from django.utils.translation import gettext_lazy as _

# A code ends up in spreadsheets, where these begin a formula.
FORMULA = r"^[=+\-@\t\r]"
no_formula = RegexValidator(FORMULA, _("Must not begin with =, +, -, @ or a tab"), code="pattern", inverse_match=True)
no_control_characters = RegexValidator(
    r"[\x00-\x1f\x7f]", _("Must not contain control characters"), code="pattern", inverse_match=True
)


class ByteOrderedCharField(models.CharField[str, str]):
    """Text that compares and sorts by its bytes on every database.

    SQLite does so by itself; PostgreSQL is told to. It makes sorting, prefix search and ranges of codes one and
    the same thing, and is its fastest collation.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


@ByteOrderedCharField.register_lookup
class BytesStartWith(StartsWith):
    """`startswith` as a range of texts, for which every database uses the index; SQLite would not for LIKE."""

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        if not (isinstance(self.rhs, str) and self.rhs):
            return super().as_sql(compiler, connection)
        lhs, parameters = self.process_lhs(compiler, connection)
        beyond = first_after(self.rhs)
        if beyond is None:
            return f"{lhs} >= %s", [*parameters, self.rhs]
        return f"({lhs} >= %s AND {lhs} < %s)", [*parameters, self.rhs, *parameters, beyond]


def first_after(prefix: str) -> str | None:
    """The first text, by its bytes, after all that begin with `prefix`; None when there is no later one."""
    kept = prefix.rstrip(chr(sys.maxunicode))
    if not kept:
        return None
    # UTF-8 has no surrogates.
    following = SURROGATES_END if kept[-1] == BEFORE_SURROGATES else chr(ord(kept[-1]) + 1)
    return kept[:-1] + following


BEFORE_SURROGATES, SURROGATES_END = "\ud7ff", "\ue000"
