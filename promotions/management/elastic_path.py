"""Reading what Elastic Path's API has answered: lists of promotions and of codes, as rows of ours.

Only reads; nothing is stored here, and nothing of the rules that the models know is repeated.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from promotions.codes.take_in import Origin
from promotions.errors import Fault, Refused, wrong_type
from promotions.models import Promotion, PromotionCode
from promotions.models.lookup import as_uuid
from promotions.models.moments import moment_of
from promotions.models.promotion_schema import UNSTORABLE, as_list

ADDRESS_OF_CODES = re.compile(r"promotions/([0-9a-fA-F-]{36})/codes")

# The fields that are taken as they are, and what JSON calls their types.
OF_A_PROMOTION = {
    "name": "string",
    "description": "string",
    "enabled": "boolean",
    "automatic": "boolean",
    "promotion_type": "string",
    "schema": "object",
    "max_applications_per_cart": "integer",
}
AMOUNTS = ("min_cart_value", "max_discount_value")
DATES = ("start", "end")
OF_A_CODE = {
    "code": "string",
    "uses": "integer",
    "max_uses": "integer",
    "user": "string",
    "consume_unit": "string",
    "created_by": "string",
}
PEOPLE = {"created_by": "string", "updated_by": "string"}
TYPES = {"string": str, "boolean": bool, "integer": int, "object": dict}


@dataclass
class Item:
    """What the documents say of one promotion: itself, if they have it, and its codes in order, by their texts."""

    id: str
    promotion: dict[str, Any] | None = None
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)


class Unreadable(Exception):
    """What was given is no JSON, or nothing that Elastic Path's API answers; the text says where."""


def documents(text: str) -> Iterator[Any]:
    """The JSON documents that stand in `text` one after another, as in a file of answers. Raises Unreadable."""
    decoder, at = json.JSONDecoder(), 0
    while match := re.compile(r"\s*").match(text, at):
        at = match.end()
        if at == len(text):
            return
        try:
            document, at = decoder.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError) as error:
            line = text.count("\n", 0, getattr(error, "pos", at)) + 1
            raise Unreadable(f"line {line} is no JSON: {getattr(error, 'msg', 'nested too deeply')}") from error
        yield document


def items(text: str, promotion_id: str = "") -> list[Item]:
    """What `text` says, promotion by promotion in the order of their first mention. Raises Unreadable.

    Codes belong to the promotion that their own `promotion_id` names, or the address in `links` of their list, or
    `promotion_id`. What stands there twice, as in pages that overlap, counts once.
    """
    found: dict[str, Item] = {}
    for number, document in enumerate(documents(text), 1):
        place = f"document {number}"
        default = _promotion_of_list(document) or promotion_id
        for entry in _entries(document, place):
            if "promotion_type" in entry or entry.get("type") == "promotion":
                item = _item(found, entry.get("id"), place)
                item.promotion = item.promotion or entry
            elif isinstance(entry.get("code"), str):
                item = _item(found, entry.get("promotion_id") or default, place)
                item.codes.setdefault(entry["code"], entry)
            else:
                raise Unreadable(f"{place} has an entry that is neither a promotion nor a code")
    return list(found.values())


def _entries(document: Any, place: str) -> list[dict[str, Any]]:
    entries = document.get("data", document) if isinstance(document, dict) else document
    entries = entries if isinstance(entries, list) else [entries]
    if not all(isinstance(entry, dict) for entry in entries):
        raise Unreadable(f"{place} is no answer of the API")
    return entries


def _promotion_of_list(document: Any) -> str:
    links = document.get("links") if isinstance(document, dict) else None
    for address in links.values() if isinstance(links, dict) else ():
        if isinstance(address, str) and (match := ADDRESS_OF_CODES.search(address)):
            return match[1]
    return ""


def _item(found: dict[str, Item], name: Any, place: str) -> Item:
    """The item of the promotion with the id `name`, however that is written."""
    if not name:
        raise Unreadable(f"{place} does not say which promotion it is about; for codes, give --promotion")
    key = str(as_uuid(str(name)) or name)
    return found.setdefault(key, Item(key))


def read_promotion(entry: dict[str, Any]) -> tuple[Promotion, Origin]:
    """The unsaved promotion that `entry` is, and where it comes from.

    Raises Refused, and ValidationError when the names of people are too long.
    """
    faults: list[Fault] = []
    key = as_uuid(str(entry.get("id")))
    if key is None:
        faults.append(Fault(400, "format", "Does not match format 'uuid'", "data.id"))
    if entry.get("current") is False:
        faults.append(Fault(400, "const", "Is an older version of a promotion", "data.current"))
    values = _typed(entry, OF_A_PROMOTION, faults)
    values |= {name: as_list(entry[name]) for name in AMOUNTS if entry.get(name) is not None}
    values |= _moments(entry, DATES, faults)
    times = _times(entry, faults)
    people = _typed(entry, PEOPLE, faults)
    if faults or key is None:
        raise Refused(faults)
    Promotion(**people).clean_fields(exclude={field.name for field in Promotion._meta.fields} - set(PEOPLE))
    return Promotion(uuid=key, **values), Origin(**people, **times)


def read_code(entry: dict[str, Any], by: str) -> PromotionCode:
    """The unsaved code that `entry` is, made `by` someone if it does not say by whom.

    Raises Refused, and ValidationError for what no code can be.
    """
    faults: list[Fault] = []
    values = _typed(entry, OF_A_CODE, faults)
    if not faults:
        faults += _faults_of_uses(values)
    times = _times(entry, faults)
    if faults:
        raise Refused(faults)
    values["created_by"] = values.get("created_by") or by
    values.setdefault("max_uses", values.get("uses"))  # codes from before 2023 have only what is left
    code = PromotionCode(**values)
    if created_at := times.get("created_at"):
        code.created_at = created_at
    code.clean_fields(exclude={"promotion", "job"})
    return code


def _faults_of_uses(code: dict[str, Any]) -> Iterator[Fault]:
    left, most = code.get("uses"), code.get("max_uses")
    if left is None and most is not None:
        # How often it can still be used is not to be guessed.
        yield Fault(400, "required", "uses is required beside max_uses", "data")
    elif left is not None and most is not None and left > most:
        yield Fault(400, "number_lte", f"Must be less than or equal to {most}", "data.uses")


def _typed(entry: dict[str, Any], fields: dict[str, str], faults: list[Fault]) -> dict[str, Any]:
    """Those `fields` that the entry has; null is none. What is of another type, or can be stored nowhere, becomes a
    fault."""
    values = {name: entry[name] for name in fields if entry.get(name) is not None}
    for name, value in values.items():
        if type(value) is not TYPES[fields[name]]:
            faults.append(wrong_type(fields[name], value, f"data.{name}"))
        elif type(value) is str and UNSTORABLE.search(value):
            faults.append(Fault(400, "pattern", "Must not contain null characters or surrogates", f"data.{name}"))
    return values


def _times(entry: dict[str, Any], faults: list[Fault]) -> dict[str, Any]:
    """When it was made and changed: below `meta`, or beside the other fields as in older answers."""
    meta = entry.get("meta")
    stamps = meta.get("timestamps") if isinstance(meta, dict) else None
    names = ("created_at", "updated_at")
    return _moments({**entry, **(stamps if isinstance(stamps, dict) else {})}, names, faults)


def _moments(entry: dict[str, Any], names: tuple[str, ...], faults: list[Fault]) -> dict[str, Any]:
    moments = {}
    for name in names:
        if (value := entry.get(name)) is None:
            continue
        try:
            moments[name] = moment_of(value)
        except (ValueError, TypeError):
            faults.append(Fault(400, "format", "Does not match format 'date-time'", f"data.{name}"))
    return moments
