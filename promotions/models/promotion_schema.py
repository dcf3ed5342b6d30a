"""What a promotion may say about its discount: the rules of the eight types as one table (contract, section 4).

Nothing here knows a database, a request or a form. A rule takes a JSON value and its place, such as
`data.schema.currencies.0`, and yields a fault for everything that is wrong; it never raises, whatever the value.
Each rule says itself in JSON Schema too, from which the API's description is made.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from promotions.errors import Fault, wrong_type

Check = Callable[[Any, str], Iterator[Fault]]


@dataclass(frozen=True)
class Rule:
    """What a value must be: `check` yields what is wrong with it, `schema` says the same in JSON Schema, as far as
    that can."""

    check: Check
    schema: Mapping[str, Any]

    def __call__(self, value: Any, path: str) -> Iterator[Fault]:
        return self.check(value, path)


def says(schema: Mapping[str, Any]) -> Callable[[Check], Rule]:
    """Makes a rule of the check that it decorates."""
    return lambda check: Rule(check, schema)


FAULTS_SHOWN = 100
DECIMALS = 6
ANDS_IN_AN_OR = 10
ITEMS_IN_AN_AND = 5


def schema_faults(promotion_type: str, schema: Any) -> list[Fault]:
    """Everything that is wrong with the schema of a promotion of this type, but at most FAULTS_SHOWN faults.

    A type that is not known has no rules.
    """
    rule = SCHEMAS.get(promotion_type)
    return list(islice(rule(schema, "data.schema"), FAULTS_SHOWN)) if rule else []


def amounts_faults(field: str, value: Any) -> list[Fault]:
    """Everything that is wrong with `min_cart_value` or `max_discount_value`, but at most FAULTS_SHOWN faults."""
    return list(islice(LIMITS(value, f"data.{field}"), FAULTS_SHOWN))


def applications_faults(promotion_type: str, most: int) -> list[Fault]:
    """What is wrong with `max_applications_per_cart`: a discount on the whole cart is applied once."""
    if most and promotion_type in CART_LEVEL:
        text = _("Must be 0 for a %(type)s, only item-level promotions have a limit")
        detail = text % {"type": promotion_type}
        return [_fault("number_lte", "data.max_applications_per_cart", detail)]
    return []


def products(schema: Mapping[str, Any]) -> Iterator[str]:
    """The SKUs and ids of products that a schema that is right names: targets, required ones and gifts."""
    for part in (schema, *schema.get("requirements", ())):
        targets = part.get("targets", ())
        yield from [] if isinstance(targets, str) else targets
    yield from schema.get("gifts", ())


def as_list(value: Any) -> Any:
    """The list that clients mean who send null for none, or a single object for a list of one."""
    if value is None:
        return []
    return [value] if isinstance(value, dict) else value


def _fault(title: str, path: str, detail: str, *properties: str) -> Fault:
    return Fault(400, title, detail, path, properties=properties)


# What rules are made of.

# PostgreSQL stores neither in JSON.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@says({"type": "string", "minLength": 1})
def text(value: Any, path: str) -> Iterator[Fault]:
    """A string that is not empty."""
    if type(value) is not str:
        yield wrong_type("string", value, path)
    elif not value:
        yield _fault("string_gte", path, _("String length must be greater than or equal to 1"))
    elif UNSTORABLE.search(value):
        yield _fault("pattern", path, _("Must not contain null characters or surrogates"))


def pattern(expression: str) -> Rule:
    """A string that matches as a whole."""

    @says({"type": "string", "pattern": f"^{expression}$"})
    def rule(value: Any, path: str) -> Iterator[Fault]:
        if type(value) is not str:
            yield wrong_type("string", value, path)
        elif not re.fullmatch(expression, value):
            yield _fault("pattern", path, _("Does not match pattern '%(pattern)s'") % {"pattern": f"^{expression}$"})

    return rule


def one_of(*choices: str) -> Rule:
    """One of these strings."""

    @says({"type": "string", "enum": list(choices)})
    def rule(value: Any, path: str) -> Iterator[Fault]:
        if type(value) is not str:
            yield wrong_type("string", value, path)
        elif value not in choices:
            allowed = ", ".join(f'"{choice}"' for choice in choices)
            text = _("%(path)s must be one of the following: %(allowed)s")
            yield _fault("enum", path, text % {"path": path, "allowed": allowed})

    return rule


@says({"type": "boolean"})
def boolean(value: Any, path: str) -> Iterator[Fault]:
    if type(value) is not bool:
        yield wrong_type("boolean", value, path)


def integer(least: int) -> Rule:
    """A whole number of at least `least`."""

    @says({"type": "integer", "minimum": least})
    def rule(value: Any, path: str) -> Iterator[Fault]:
        if type(value) is not int:
            yield wrong_type("integer", value, path)
        elif value < least:
            yield _fault("number_gte", path, _("Must be greater than or equal to %(least)s") % {"least": least})

    return rule


@says(
    {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 100,
        "description": f"With at most {DECIMALS} decimals.",
    }
)
def percent(value: Any, path: str) -> Iterator[Fault]:
    """A number above 0, up to 100, with at most six decimals."""
    if type(value) not in (int, float) or value != value:
        yield wrong_type("number", value, path)
    elif value <= 0:
        yield _fault("number_gt", path, _("Must be greater than 0"))
    elif value > 100:
        yield _fault("number_lte", path, _("Must be less than or equal to 100"))
    elif round(Decimal(str(value)), DECIMALS) != Decimal(str(value)):
        yield _fault("multiple_of", path, _("Must be a multiple of %(step)s") % {"step": f"0.{'1'.zfill(DECIMALS)}"})


@says({"type": ["string", "boolean", "number"], "minLength": 1})
def scalar(value: Any, path: str) -> Iterator[Fault]:
    """What an attribute can be: a string, a boolean or a number. It is not checked against the attribute's type,
    because clients send "2" for an integer too."""
    if type(value) is str:
        yield from text(value, path)
    elif type(value) not in (bool, int, float) or (type(value) is float and not math.isfinite(value)):
        yield wrong_type("string, boolean or number", value, path)


def array(item: Rule, least: int = 0, most: int | None = None, once: str = "") -> Rule:
    """A list of such items; `once` names what no two of them may have in common."""

    bounds = {"minItems": least or None, "maxItems": most}

    @says({"type": "array", "items": item.schema} | {name: bound for name, bound in bounds.items() if bound})
    def rule(value: Any, path: str) -> Iterator[Fault]:
        if type(value) is not list:
            yield wrong_type("array", value, path)
            return
        if len(value) < least:
            yield _fault("array_min_items", path, _("Array must have at least %(least)s items") % {"least": least})
        if most is not None and len(value) > most:
            yield _fault("array_max_items", path, _("Array must have at most %(most)s items") % {"most": most})
        for index, one in enumerate(value):
            yield from item(one, f"{path}.{index}")
        if once:
            yield from _repeated(value, once, path)

    return rule


def _repeated(items: list[Any], key: str, path: str) -> Iterator[Fault]:
    seen = set()
    for index, item in enumerate(items):
        value = item.get(key) if isinstance(item, dict) else None
        if not isinstance(value, str):
            continue
        if value in seen:
            text = _("The same %(key)s must not be given twice")
            yield _fault("unique", f"{path}.{index}.{key}", text % {"key": key})
        seen.add(value)


def record(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None, *rules: Rule) -> Rule:
    """An object with these properties and no others; `rules` are about several of them together."""
    known = {**required, **(optional or {})}
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: inner.schema for name, inner in known.items()},
        "additionalProperties": False,
    }
    if required:
        schema["required"] = list(required)
    for together in rules:
        schema |= together.schema

    @says(schema)
    def rule(value: Any, path: str) -> Iterator[Fault]:
        if type(value) is not dict:
            yield wrong_type("object", value, path)
            return
        for name in required:
            if name not in value:
                # As Elastic Path does: the source is the object that lacks the property.
                yield _fault("required", path, _("%(name)s is required") % {"name": name}, name)
        for name, inner in value.items():
            if name in known:
                yield from known[name](inner, f"{path}.{name}")
            else:
                shown = UNSTORABLE.sub("?", str(name))
                text = _("Additional property %(name)s is not allowed")
                yield _fault("additional_property_not_allowed", path, text % {"name": shown}, name)
        for together in rules:
            yield from together(value, path)

    return rule


# The parts that several types share.

CURRENCY_ONCE = "currency"
CURRENCY = pattern("[A-Z]{3}")
AMOUNT = record({"currency": CURRENCY, "amount": integer(0)})
AMOUNTS = array(AMOUNT, 1, once=CURRENCY_ONCE)
LIMITS = array(AMOUNT, once=CURRENCY_ONCE)
PERCENTAGES = array(record({"currency": CURRENCY, "percentage": percent}), 1, once=CURRENCY_ONCE)

TEXTS = array(text)
SOME_TEXTS = array(text, 1)

ATTRIBUTE = {"template": text, "field": text, "type": one_of("string", "integer", "boolean", "float", "date")}
ATTRIBUTES = array(record(ATTRIBUTE | {"value": scalar}))


@says({"oneOf": [{"required": ["node"]}, {"required": ["attribute"]}]})
def _node_or_attribute(value: Any, path: str) -> Iterator[Fault]:
    if ("node" in value) == ("attribute" in value):
        yield _fault("number_one_of", path, _("Exactly one of node and attribute is required"))


CONDITION = record(
    {},
    {
        "node": record({"values": SOME_TEXTS}),
        "attribute": record(ATTRIBUTE | {"values": array(scalar, 1)}),
    },
    _node_or_attribute,
)
CONDITIONS = record({"or": array(record({"and": array(CONDITION, 1, ITEMS_IN_AN_AND)}), 1, ANDS_IN_AN_OR)})
EXCLUDE = record({}, {"targets": TEXTS, "nodes": TEXTS, "attributes": ATTRIBUTES, "conditions": CONDITIONS})

TARGETS: dict[str, Rule] = {
    "targets": TEXTS,
    "target_nodes": TEXTS,
    "target_attributes": ATTRIBUTES,
    "target_conditions": CONDITIONS,
}
IN_A_CART: dict[str, Rule] = {"exclude": EXCLUDE, "target_catalogs": TEXTS}
ON_ITEMS = TARGETS | IN_A_CART
REQUIREMENTS = array(record({"targets": SOME_TEXTS, "quantity": integer(1)}), 1)


@says({"anyOf": [{"required": [name], "properties": {name: {"minItems": 1}}} for name in TARGETS]})
def some_target(schema: Any, path: str) -> Iterator[Fault]:
    """At least one of the targets says something; empty ones beside it do no harm."""
    if not any(schema.get(name) for name in TARGETS):
        detail = _("targets, target_nodes, target_attributes or target_conditions is required")
        yield _fault("required", path, detail, *TARGETS)


@says({"anyOf": [TEXTS.schema, {"const": "all"}]})
def texts_or_all(value: Any, path: str) -> Iterator[Fault]:
    """A list of targets, or the string "all"."""
    yield from one_of("all")(value, path) if isinstance(value, str) else TEXTS(value, path)


@says({"not": {"required": ["targets", "target_nodes"], "properties": {"targets": {"const": "all"}}}})
def no_nodes_of_all(schema: Any, path: str) -> Iterator[Fault]:
    """Whoever targets everything cannot pick nodes too."""
    if schema.get("targets") == "all" and "target_nodes" in schema:
        detail = _('Additional property target_nodes is not allowed when targets is "all"')
        yield _fault("additional_property_not_allowed", path, detail, "target_nodes")


@says({})
def fewer_than_x(schema: Any, path: str) -> Iterator[Fault]:
    """X for the price of Y is a discount only if Y is less."""
    x, y = schema.get("x"), schema.get("y")
    if type(x) is int and type(y) is int and 1 <= x <= y:
        yield _fault("number_lt", f"{path}.y", _("Must be less than %(x)s") % {"x": x})


SCHEMAS: dict[str, Rule] = {
    "fixed_discount": record({"currencies": AMOUNTS}, IN_A_CART),
    "percent_discount": record({"currencies": PERCENTAGES}, IN_A_CART),
    "item_fixed_discount": record({"currencies": AMOUNTS}, ON_ITEMS, some_target),
    "item_percent_discount": record(
        {"percent": percent}, ON_ITEMS | {"targets": texts_or_all}, some_target, no_nodes_of_all
    ),
    "x_for_y": record({"x": integer(1), "y": integer(1)}, ON_ITEMS, some_target, fewer_than_x),
    "x_for_amount": record({"x": integer(1), "currencies": AMOUNTS}, ON_ITEMS, some_target),
    "bundle_fixed_discount": record({"requirements": REQUIREMENTS, "currencies": AMOUNTS}, {"target_catalogs": TEXTS}),
    "bundle_gift": record(
        {"requirements": REQUIREMENTS, "gifts": SOME_TEXTS}, {"auto_add_free_gift": boolean, "target_catalogs": TEXTS}
    ),
}
CART_LEVEL = ("fixed_discount", "percent_discount")
