"""Which fields the form of a promotion has for each type, and where each stands in the promotion's `schema`.

One table, after the contract's (section 4). Validating is left to the rules of the types; that no field is missing
here, and none too many, is a test's.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextareaWidget, UnfoldBooleanSwitchWidget

from promotions.admin.lines import LinesField, MoneyField, PercentagesField, PercentField, RequirementsField
from promotions.models.promotion import PromotionType

Schema = dict[str, Any]


class JsonField(forms.JSONField):
    """What has no simpler form."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 6})

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (ValueError, RecursionError) as error:
            # Numbers of thousands of digits, brackets in brackets without end.
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": "…"}) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return super().has_changed(initial, data)
        except (ValueError, RecursionError):
            return True

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was written, as it was written, whether it can be read or not."""
        return initial if self.disabled else data

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value, indent=2, ensure_ascii=False) if isinstance(value, list | dict) else value


class WholeNumberField(forms.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=2**31 - 1, widget=UnfoldAdminIntegerFieldWidget(), **kwargs)


class SwitchField(forms.BooleanField):
    widget = UnfoldBooleanSwitchWidget


@dataclass(frozen=True)
class SchemaField:
    """A field of the form for what stands at `path` of the schema."""

    name: str
    path: tuple[str, ...]
    kind: Callable[..., forms.Field]
    label: Any
    help_text: Any = ""

    def field(self, value: Any, *, required: bool = False) -> forms.Field:
        """The form's field; for a value that it could not show, one for JSON."""
        field = self.kind(required=required, label=self.label, help_text=self.help_text)
        if isinstance(field, LinesField) and value not in (None, []) and not field.can_show(value):
            return JsonField(required=required, label=self.label, help_text=_("As JSON, since it cannot be simpler."))
        return field

    def read(self, schema: Any) -> Any:
        """What the schema has there; None when nothing."""
        for key in self.path:
            schema = schema.get(key) if isinstance(schema, dict) else None
        return schema

    def write(self, schema: Schema, value: Any) -> None:
        """Put `value` there; what is empty is left out, also an object around it that becomes empty."""
        *around, key = self.path
        inner = schema
        for name in around:
            inner = inner.setdefault(name, {})
        if value is None or value is False or value in ("", [], {}):
            inner.pop(key, None)
        else:
            inner[key] = value
        if around and not inner:
            schema.pop(around[0])


class AllTargets(SchemaField):
    """The switch that stands for the text "all" in place of a list of targets."""

    def read(self, schema: Any) -> Any:
        return super().read(schema) == "all"

    def write(self, schema: Schema, value: Any) -> None:
        if value:
            schema["targets"] = "all"
        elif self.read(schema):
            del schema["targets"]


class Targets(SchemaField):
    """A list of targets, which may be the text "all" instead."""

    def read(self, schema: Any) -> Any:
        value = super().read(schema)
        return value if isinstance(value, list) else None

    def write(self, schema: Schema, value: Any) -> None:
        if value or schema.get("targets") != "all":
            super().write(schema, value)


ONE_A_LINE = _("One on a line.")
MONEY_HELP = _("One currency on a line, such as 10.00 USD.")
ATTRIBUTES_EXAMPLE = _('JSON, such as [{"template": "shirts", "field": "size", "type": "string", "value": "XL"}]')
CONDITIONS_EXAMPLE = _('JSON, such as {"or": [{"and": [{"node": {"values": ["NODE-ID"]}}]}]}')

AMOUNTS = SchemaField("currencies", ("currencies",), MoneyField, _("Discount"), MONEY_HELP)
PRICES = SchemaField("currencies", ("currencies",), MoneyField, _("Price for X"), MONEY_HELP)
PERCENTAGES = SchemaField(
    "currencies", ("currencies",), PercentagesField, _("Percent off"), _("One currency on a line, such as 15 % USD.")
)
PERCENT = SchemaField("percent", ("percent",), PercentField, _("Percent off"), _("With up to six decimals."))
X = SchemaField("x", ("x",), WholeNumberField, _("X"), _("How many items are bought"))
Y = SchemaField("y", ("y",), WholeNumberField, _("Y"), _("for the price of how many"))
REQUIREMENTS = SchemaField(
    "requirements",
    ("requirements",),
    RequirementsField,
    _("Bundle"),
    _("How many of which products belong to it, one part on a line, such as 2 x SKU-A, SKU-B."),
)
GIFTS = SchemaField("gifts", ("gifts",), LinesField, _("Gifts"), _("SKUs or product IDs, one on a line."))
ADD_GIFT = SchemaField(
    "auto_add_free_gift", ("auto_add_free_gift",), SwitchField, _("Add the gift to the cart by itself")
)

ALL_PRODUCTS = AllTargets("all_products", ("targets",), SwitchField, _("All products"))
TARGETS = Targets("targets", ("targets",), LinesField, _("Products"), _("SKUs or product IDs, one on a line."))
NODES = SchemaField("target_nodes", ("target_nodes",), LinesField, _("Categories"), _("Node IDs, one on a line."))
CATALOGS = SchemaField("target_catalogs", ("target_catalogs",), LinesField, _("Only in these catalogs"), ONE_A_LINE)
NOT_PRODUCTS = SchemaField(
    "exclude_targets", ("exclude", "targets"), LinesField, _("Except these products"), ONE_A_LINE
)
NOT_NODES = SchemaField("exclude_nodes", ("exclude", "nodes"), LinesField, _("Except these categories"), ONE_A_LINE)

ATTRIBUTES = SchemaField(
    "target_attributes", ("target_attributes",), JsonField, _("Products with these attributes"), ATTRIBUTES_EXAMPLE
)
CONDITIONS = SchemaField(
    "target_conditions", ("target_conditions",), JsonField, _("Products under these conditions"), CONDITIONS_EXAMPLE
)
NOT_ATTRIBUTES = SchemaField(
    "exclude_attributes",
    ("exclude", "attributes"),
    JsonField,
    _("Except those with these attributes"),
    ATTRIBUTES_EXAMPLE,
)
NOT_CONDITIONS = SchemaField(
    "exclude_conditions",
    ("exclude", "conditions"),
    JsonField,
    _("Except those under these conditions"),
    CONDITIONS_EXAMPLE,
)


# Not of the schema, but of every promotion.
MINIMUM = SchemaField("min_cart_value", (), MoneyField, _("Minimum cart value"), MONEY_HELP)
MAXIMUM = SchemaField("max_discount_value", (), MoneyField, _("Maximum discount"), MONEY_HELP)


@dataclass(frozen=True)
class TypeFields:
    """The fields of a type: what it gives, what it is for, and what few people need."""

    about: Any
    gives: tuple[SchemaField, ...]
    applies_to: tuple[SchemaField, ...]
    advanced: tuple[SchemaField, ...]
    optional: tuple[SchemaField, ...] = ()
    advises_maximum: bool = False

    def all(self) -> tuple[SchemaField, ...]:
        """All of them, in the order of the form."""
        return self.gives + self.applies_to + self.advanced

    def is_required(self, field: SchemaField) -> bool:
        return field in self.gives and field not in self.optional


IN_A_CART = (NOT_PRODUCTS, NOT_NODES, CATALOGS)
ON_ITEMS = (TARGETS, NODES, *IN_A_CART)
ADVANCED_IN_A_CART = (NOT_ATTRIBUTES, NOT_CONDITIONS)
ADVANCED_ON_ITEMS = (ATTRIBUTES, CONDITIONS, *ADVANCED_IN_A_CART)

FIELDS: dict[str, TypeFields] = {
    PromotionType.FIXED_DISCOUNT: TypeFields(
        _("An amount off the whole cart."), (AMOUNTS,), IN_A_CART, ADVANCED_IN_A_CART
    ),
    PromotionType.PERCENT_DISCOUNT: TypeFields(
        _("A percentage off the whole cart."), (PERCENTAGES,), IN_A_CART, ADVANCED_IN_A_CART, advises_maximum=True
    ),
    PromotionType.ITEM_FIXED_DISCOUNT: TypeFields(
        _("An amount off each of certain products."), (AMOUNTS,), ON_ITEMS, ADVANCED_ON_ITEMS
    ),
    PromotionType.ITEM_PERCENT_DISCOUNT: TypeFields(
        _("A percentage off each of certain products, or of all."),
        (PERCENT,),
        (ALL_PRODUCTS, *ON_ITEMS),
        ADVANCED_ON_ITEMS,
        advises_maximum=True,
    ),
    PromotionType.X_FOR_Y: TypeFields(
        _("Three for the price of two, and the like."), (X, Y), ON_ITEMS, ADVANCED_ON_ITEMS
    ),
    PromotionType.X_FOR_AMOUNT: TypeFields(
        _("Three for ten dollars, and the like."), (X, PRICES), ON_ITEMS, ADVANCED_ON_ITEMS
    ),
    PromotionType.BUNDLE_FIXED_DISCOUNT: TypeFields(
        _("An amount off products that are bought together."), (REQUIREMENTS, AMOUNTS), (CATALOGS,), ()
    ),
    PromotionType.BUNDLE_GIFT: TypeFields(
        _("A gift for products that are bought together."),
        (REQUIREMENTS, GIFTS, ADD_GIFT),
        (CATALOGS,),
        (),
        optional=(ADD_GIFT,),
    ),
}
