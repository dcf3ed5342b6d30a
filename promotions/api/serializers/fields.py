"""Serializer fields that take a JSON value of the right type and no other, and say so in the contract's words."""

from datetime import UTC, datetime
from typing import Any

from django.db import models
from rest_framework import serializers

from promotions.errors import json_type
from promotions.models.moments import moment_of
from promotions.models.promotion_schema import as_list

# What an integer column holds on every database.
INTEGER_MAX = 2**31 - 1

NOT_NULL = "Invalid type. Expected: {expected}, given: null"


class Strict(serializers.Field):
    """Refuses a value of another JSON type than `types`, instead of reading "5" or 5.0 as 5."""

    expected: str
    types: tuple[type, ...]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.error_messages["null"] = NOT_NULL.format(expected=self.expected)

    def to_internal_value(self, data: Any) -> Any:
        if type(data) not in self.types:
            message = f"Invalid type. Expected: {self.expected}, given: {json_type(data)}"
            raise serializers.ValidationError(message, code="invalid")
        return self.read(data)

    def read(self, data: Any) -> Any:
        """What a value of the right type means."""
        return super().to_internal_value(data)


class Text(Strict, serializers.CharField):
    expected, types = "string", (str,)
    default_error_messages = {
        "blank": "String length must be greater than or equal to 1",
        "max_length": "String length must be less than or equal to {max_length}",
        "min_length": "String length must be greater than or equal to {min_length}",
    }


class Integer(Strict, serializers.IntegerField):
    expected, types = "integer", (int,)
    default_error_messages = {
        "max_value": "Must be less than or equal to {max_value}",
        "min_value": "Must be greater than or equal to {min_value}",
    }


class Boolean(Strict, serializers.BooleanField):
    expected, types = "boolean", (bool,)


class Object(Strict, serializers.DictField):
    expected, types = "object", (dict,)


class Array(Strict, serializers.ListField):
    expected = "array"
    types: tuple[type, ...] = (list,)
    default_error_messages = {"empty": "Array must have at least 1 items"}

    def __init__(self, *, most: int | None = None, **kwargs: Any) -> None:
        """`most` is how many items it may have; of more, none is looked at."""
        super().__init__(**kwargs)
        self.most = most

    def read(self, data: Any) -> Any:
        if self.most is not None and len(data) > self.most:
            raise serializers.ValidationError(f"Array must have at most {self.most} items", code="array_max_items")
        return super().read(data)


class ListOrOne(Array):
    """A list; a single object stands for a list of one."""

    types = (list, dict)

    def read(self, data: Any) -> Any:
        return super().read(as_list(data))


class Choice(Strict, serializers.ChoiceField):
    expected, types = "string", (str,)

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        super().__init__(choices, **kwargs)
        allowed = ", ".join(f'"{choice}"' for choice in self.choices)
        self.error_messages["invalid_choice"] = f"must be one of the following: {allowed}"


def Const(value: str) -> Choice:  # noqa: N802 - stands where fields stand
    """The field that must have this one value, such as `type`."""
    return Choice([value])


class Moment(Strict):
    """A date, with or without a time, as the contract knows them (section 4); no time means 00:00, no zone UTC."""

    expected, types = "string", (str,)

    def read(self, data: str) -> datetime:
        try:
            return moment_of(data)
        except ValueError as error:
            raise serializers.ValidationError("Does not match format 'date-time'", code="format") from error

    def to_representation(self, value: datetime) -> str:
        return seconds(value)


def seconds(moment: datetime) -> str:
    """`2000-01-01T00:00:00Z`: how the dates of a promotion go out."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def milliseconds(moment: datetime) -> str:
    """`2000-01-01T00:00:00.000Z`: how timestamps go out."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class StrictModelSerializer(serializers.ModelSerializer):
    """Makes strict fields of a model's, with the model's own bounds."""

    serializer_choice_field = Choice
    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: Text,
        models.TextField: Text,
        models.BooleanField: Boolean,
        models.PositiveIntegerField: Integer,
        models.PositiveSmallIntegerField: Integer,
        models.DateTimeField: Moment,
    }

    def build_standard_field(self, field_name: str, model_field: Any) -> tuple[type, dict[str, Any]]:
        """SQLite would take larger numbers; what is allowed does not depend on the database."""
        field_class, kwargs = super().build_standard_field(field_name, model_field)
        if isinstance(model_field, models.PositiveIntegerField):
            kwargs["max_value"] = min(kwargs.get("max_value", INTEGER_MAX), INTEGER_MAX)
        return field_class, kwargs
