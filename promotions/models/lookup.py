"""Finding rows by the ids that people and programs write: for every door, so that all refuse in the same words."""

from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from promotions.errors import NotFound
from promotions.models.job import Job
from promotions.models.promotion import Promotion

Row = TypeVar("Row", Promotion, Job)


def as_uuid(text: str) -> UUID | None:
    """The id that `text` is, in whichever form it is written; None when it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def find(rows: QuerySet[Row], text: str, what: str) -> Row:
    """The one of `rows` with the id `text`. Raises NotFound, for `what`, also when `text` is no id."""
    key = as_uuid(text)
    row = rows.filter(uuid=key).first() if key else None
    if row is None:
        raise NotFound(what)
    return row
