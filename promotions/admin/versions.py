"""The versions of a promotion in people's words: who changed what, from what to what, written as in the forms."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.utils import label_for_field
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from promotions.admin import display
from promotions.admin.lines import PercentField
from promotions.admin.schema_fields import FIELDS, MAXIMUM, MINIMUM, JsonField, SchemaField
from promotions.models import Promotion

COLUMNS = ("name", "description", "enabled", "automatic", "start", "end", "max_applications_per_cart")
AMOUNTS = (MINIMUM, MAXIMUM)
# Descriptions may be long; who wants all of it reads it in the form.
LONGEST = 300


@dataclass(frozen=True)
class Change:
    """What a version has changed in one field."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Version:
    """A version as it is shown; the first one has no changes."""

    who: str
    when: datetime
    is_first: bool
    changes: list[Change]

    @property
    def when_in_words(self) -> str:
        return display.in_words(self.when)


def versions_shown(versions: Sequence[Any], older: Any) -> list[Version]:
    """These versions, newest first; `older` is the one before the last of them, None when there is none."""
    return [
        Version(
            who=version.updated_by or version.created_by or "-",
            when=version.history_date,
            is_first=before is None,
            changes=list(changes(before, version)) if before else [],
        )
        for version, before in zip(versions, [*versions[1:], older], strict=False)
    ]


def changes(before: Any, after: Any) -> Iterator[Change]:
    """What differs between two versions of a promotion, in the order of its form."""
    for name in COLUMNS:
        if getattr(before, name) != getattr(after, name):
            label = str(label_for_field(name, Promotion))
            yield Change(capfirst(label), plain(getattr(before, name)), plain(getattr(after, name)))
    yield from _changes_of_schema(before, after)
    for field in AMOUNTS:
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new:
            yield Change(str(field.label), in_words(field, old), in_words(field, new))


def _changes_of_schema(before: Any, after: Any) -> Iterator[Change]:
    if before.schema == after.schema:
        return
    told = False
    for field in FIELDS[after.promotion_type].all():
        old, new = field.read(before.schema), field.read(after.schema)
        if old != new:
            told = True
            yield Change(str(field.label), in_words(field, old), in_words(field, new))
    if not told:
        # What the form does not know.
        yield Change(_("Schema"), as_json(before.schema), as_json(after.schema))


def in_words(field: SchemaField, value: Any) -> str:
    """The value of a form's field, as the form writes it."""
    if value in (None, "", [], {}):
        return _("nothing")
    if isinstance(value, bool):
        return plain(value)
    in_form = field.field(value)
    if isinstance(in_form, JsonField):
        return as_json(value)
    text = str(in_form.prepare_value(value))
    return f"{text} %" if isinstance(in_form, PercentField) else shortened("; ".join(text.splitlines()))


def plain(value: Any) -> str:
    """A value of any other field: text, number, moment, or yes and no."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return display.in_words(value)
    return shortened(str(value)) or _("nothing")


def as_json(value: Any) -> str:
    return shortened(json.dumps(value, ensure_ascii=False))


def shortened(text: str) -> str:
    return Truncator(text).chars(LONGEST)
