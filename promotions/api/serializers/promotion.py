"""Promotions on the wire (contract, section 4)."""

import uuid
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from promotions.api.serializers.fields import (
    Boolean,
    Const,
    ListOrOne,
    Object,
    StrictModelSerializer,
    milliseconds,
    seconds,
)
from promotions.models import Promotion
from promotions.models.promotion_change import FIELDS


class PromotionSerializer(StrictModelSerializer):
    """Reads a new promotion or changes of one, and writes one out; like Elastic Path it leaves out what is not set."""

    type = Const("promotion")
    enabled = Boolean()
    schema = Object()
    min_cart_value = ListOrOne(required=False, allow_null=True)
    max_discount_value = ListOrOne(required=False, allow_null=True)

    class Meta:
        model = Promotion
        fields = ("type", *FIELDS)

    def to_internal_value(self, data: dict[str, Any]) -> dict[str, Any]:
        """Refuses changes that are meant for another promotion, before anything else of them is looked at."""
        meant = data.get("id")
        if self.instance and meant not in (None, "") and str(meant).lower() != str(self.instance.uuid):
            raise serializers.ValidationError({"id": [ErrorDetail("Must be the id of the address", "const")]})
        return super().to_internal_value(data)

    def validate_promotion_type(self, value: str) -> str:
        if self.instance and value != self.instance.promotion_type:
            raise serializers.ValidationError("The type of a promotion cannot be changed", "const")
        return value

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """The fields of the model; null lists, which the Terraform client sends, mean none."""
        return {name: [] if value is None else value for name, value in data.items() if name != "type"}

    def to_representation(self, promotion: Promotion) -> dict[str, Any]:
        unless_empty = ("min_cart_value", "max_discount_value", "max_applications_per_cart", "automatic")
        optional = {name: getattr(promotion, name) for name in unless_empty if getattr(promotion, name)}
        people = {name: getattr(promotion, name) for name in ("created_by", "updated_by") if getattr(promotion, name)}
        return {
            "type": "promotion",
            "id": str(promotion.uuid),
            "parent_id": str(promotion.uuid),
            "name": promotion.name,
            "description": promotion.description,
            "enabled": promotion.enabled,
            "promotion_type": promotion.promotion_type,
            "schema": promotion.schema,
            "start": seconds(promotion.start),
            "end": seconds(promotion.end),
            **optional,
            "current": True,
            **people,
            "meta": {
                "timestamps": {
                    "created_at": milliseconds(promotion.created_at),
                    "updated_at": milliseconds(promotion.updated_at),
                }
            },
        }


class VersionSerializer(PromotionSerializer):
    """Writes a version of a promotion out: the promotion as it was. `current` and `previous` tell it from the others
    by their `history_id`; as an addition of ours it says which fields `changed` since the previous one."""

    def to_representation(self, version: Any) -> dict[str, Any]:
        body = super().to_representation(version)
        if version.history_id != self.context["current"]:
            # Made of both ids: an older version has one of its own, which is the same each time.
            body |= {"id": str(uuid.uuid5(version.uuid, str(version.history_id))), "current": False}
        previous = self.context["previous"].get(version.history_id)
        changed = version.diff_against(previous, included_fields=VERSIONED).changed_fields if previous else []
        body["meta"]["changed"] = changed
        return body


VERSIONED = [name for name in PromotionSerializer.Meta.fields if name != "type"]
