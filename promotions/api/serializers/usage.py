"""Usages on the wire (contract, section 5), and what redeeming and anonymizing are told."""

from typing import Any

from rest_framework import serializers

from promotions.api.serializers.fields import INTEGER_MAX, Array, Integer, StrictModelSerializer, Text, milliseconds
from promotions.models import Usage

ANONYMIZE_MAX = 1000


class UsageSerializer(serializers.BaseSerializer):
    """Writes a usage out."""

    def to_representation(self, usage: Usage) -> dict[str, Any]:
        timestamps = {"updated_at": milliseconds(usage.updated_at)}
        if usage.reversed_at:
            # An addition of ours, as reversing is.
            timestamps["reversed_at"] = milliseconds(usage.reversed_at)
        return {
            "id": str(usage.uuid),
            "order_id": usage.order_id,
            "code_id": str(usage.code_id),
            "code": usage.code,
            "times_used": usage.times_used,
            "used_on": milliseconds(usage.used_on),
            "customer_id": usage.customer_id,
            "cusomter_id": usage.customer_id,  # so it stands in Elastic Path's own documentation
            "customer_email": usage.customer_email,
            "meta": {"timestamps": timestamps},
            **({"updated_by": usage.updated_by} if usage.updated_by else {}),
            "anonymized": usage.anonymized,
        }


class RedeemSerializer(StrictModelSerializer):
    """Which code is used, for which order and customer; guests have neither id nor, perhaps, an address."""

    customer_id = Text(required=False, allow_blank=True, allow_null=True, max_length=255)
    customer_email = Text(required=False, allow_blank=True, allow_null=True, max_length=320)
    quantity = Integer(required=False, min_value=1, max_value=INTEGER_MAX)

    class Meta:
        model = Usage
        fields = ("code", "order_id", "customer_id", "customer_email", "quantity")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Without what is not given: null means that, too."""
        return {name: value for name, value in data.items() if value is not None}


class AnonymizeSerializer(serializers.Serializer):
    """Whose e-mail addresses go: the ids of usages. Each may be any text; what is no id is not found."""

    usage_ids = Array(child=Text(), allow_empty=False, most=ANONYMIZE_MAX)
