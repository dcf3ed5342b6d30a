"""The form of a promotion: the fields of its type in place of its JSON, and the same rules as everywhere.

What the rules of the type refuse is shown beside the field that it is about, with its line.
"""

from collections.abc import Iterable
from copy import copy, deepcopy
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext_lazy as _

from promotions.admin.refusals import add_refusal
from promotions.admin.schema_fields import FIELDS, MAXIMUM, MINIMUM, SchemaField
from promotions.errors import Fault, Refused
from promotions.models import Promotion, PromotionType
from promotions.models.promotion import RuleBroken
from promotions.models.promotion_change import Effect, check_change
from promotions.models.promotion_schema import CART_LEVEL


class PromotionForm(forms.ModelForm):
    """Made for one type by `form_for`, with its fields."""

    promotion_type: str
    schema_fields: tuple[SchemaField, ...] = ()

    class Meta:
        model = Promotion
        fields = "__all__"  # noqa: DJ007 - the admin names them in its fieldsets

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = copy(self.instance)
        self.effect = Effect()
        self.instance.promotion_type = self.promotion_type
        for name in ("start", "end"):
            # Also where times are written, not only below the page.
            self.fields[name].help_text = _("Time zone: %(zone)s") % {"zone": get_current_timezone_name()}
        for field in self.schema_fields:
            self.initial.setdefault(field.name, field.read(self.instance.schema))

    @property
    def changed_columns(self) -> list[str]:
        """The fields of the model that the form changes; those of the type are all in one."""
        of_schema = set(names(self.schema_fields))
        others = [name for name in self.changed_data if name not in of_schema]
        return others + (["schema"] if of_schema & set(self.changed_data) else [])

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("all_products") and self.cleaned_data.get("targets"):
            self.add_error("targets", _("Leave this empty when all products are meant."))

    def _post_clean(self) -> None:
        """Once the promotion is good in itself, checks whether it may become so."""
        self.instance.schema = self._schema()
        super()._post_clean()  # type: ignore[misc]
        if self.errors or self.before.pk is None:
            return
        try:
            self.effect = check_change(self.before, self.instance)
        except Refused as refused:
            add_refusal(self, refused)

    def _schema(self) -> dict[str, Any]:
        """The schema with what was changed in the form; what the form does not know stays."""
        schema = deepcopy(self.before.schema or {})
        for field in self.schema_fields:
            if field.name in self.changed_data and field.name in self.cleaned_data:
                field.write(schema, self.cleaned_data[field.name])
        return schema

    def add_error(self, field: str | None, error: Any) -> None:
        """Also takes the errors of the model's rules, each to the form's field that it is about."""
        if field is None and hasattr(error, "error_dict"):
            for name, errors in error.error_dict.items():
                for one in errors:
                    self._add_one(None if name == NON_FIELD_ERRORS else name, one)
        else:
            super().add_error(field, error)

    def _add_one(self, name: str | None, error: ValidationError) -> None:
        if not isinstance(error, RuleBroken):
            super().add_error(name if name in self.fields else None, error)
            return
        field, place = self._place_of(error.fault)
        # A field that could not be read has said so; that its value is missing is no news.
        if field is None or field not in self.errors:
            super().add_error(field, f"{place}: {error.fault}" if place else str(error.fault))

    def _place_of(self, fault: Fault) -> tuple[str | None, str]:
        """The form's field that a fault is about, and the place in it."""
        _data, column, *path = fault.source.split(".")
        if column != "schema":
            return (column if column in self.fields else None), in_words(path)
        about = self._at(path) or self._named_in(fault.properties, path)
        return (about.name, in_words(path[len(about.path) :])) if about else (None, ".".join(path))

    def _at(self, path: list[str]) -> SchemaField | None:
        # The list of targets and the switch beside it have one path; faults are about the list, which comes later.
        found = [field for field in self.schema_fields if tuple(path[: len(field.path)]) == field.path]
        return found[-1] if found else None

    def _named_in(self, properties: Iterable[str], path: list[str]) -> SchemaField | None:
        """The field of which a rule has the object that lacks it, or must not have it, as the place."""
        named = (self._at([*path, name]) for name in properties)
        return next(filter(None, named), None)


def in_words(path: Iterable[str]) -> str:
    """The place in a list, for people: `0.currency` is `Line 1, currency`."""
    parts = list(path)
    if parts and parts[0].isdigit():
        parts[0] = _("Line %(number)s") % {"number": int(parts[0]) + 1}
    return ", ".join(parts)


def form_for(promotion_type: str, promotion: Promotion | None) -> type[PromotionForm]:
    """The form for promotions of this type; `promotion` is the one that it changes."""
    of_type = FIELDS[promotion_type]
    schema = promotion.schema if promotion else {}
    declared = {
        field.name: field.field(field.read(schema), required=of_type.is_required(field)) for field in of_type.all()
    }
    amounts = {
        field.name: field.field(getattr(promotion, field.name, []))
        for field in amounts_shown(promotion_type, promotion)
    }
    attributes = {"promotion_type": promotion_type, "schema_fields": of_type.all()}
    return type("PromotionForm", (PromotionForm,), declared | amounts | attributes)


def amounts_shown(promotion_type: str, promotion: Promotion | None) -> list[SchemaField]:
    """The amounts that bound the discount: a maximum where it is advised (contract, section 4), or there already."""
    has_maximum = FIELDS[promotion_type].advises_maximum or bool(promotion and promotion.max_discount_value)
    return [MINIMUM, MAXIMUM] if has_maximum else [MINIMUM]


def fieldsets_for(promotion_type: str, promotion: Promotion | None) -> list[tuple[Any, dict[str, Any]]]:
    """The parts of the form for promotions of this type, with only the fields that it needs."""
    of_type = FIELDS[promotion_type]
    limits = names(amounts_shown(promotion_type, promotion))
    if promotion_type not in CART_LEVEL:
        limits.append("max_applications_per_cart")
    fieldsets: list[tuple[Any, dict[str, Any]]] = [
        (None, {"fields": ["name", "description", "enabled", "automatic", "start", "end"]}),
        (PromotionType(promotion_type).label, {"fields": names(of_type.gives), "description": of_type.about}),
        (_("Applies to"), {"fields": names(of_type.applies_to)}),
        (_("Limits"), {"fields": limits}),
    ]
    if of_type.advanced:
        fieldsets.append((_("Advanced targeting"), {"fields": names(of_type.advanced), "classes": ["collapse"]}))
    return fieldsets


def names(fields: Iterable[SchemaField]) -> list[str]:
    return [field.name for field in fields]
