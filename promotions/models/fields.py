"""Field types and validators of our own."""

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

# A code ends up in spreadsheets, where these begin a formula.
FORMULA = r"^[=+\-@\t\r]"
no_formula = RegexValidator(FORMULA, "Must not begin with =, +, -, @ or a tab", code="pattern", inverse_match=True)
no_control_characters = RegexValidator(
    r"[\x00-\x1f\x7f]", "Must not contain control characters", code="pattern", inverse_match=True
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
