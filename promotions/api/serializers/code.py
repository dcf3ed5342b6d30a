"""Codes on the wire (contract, section 3)."""

from typing import Any

from rest_framework import serializers

from promotions.api.serializers.fields import Array, Choice, Const, StrictModelSerializer, Text, milliseconds
from promotions.codes.by_hand import MOST_AT_ONCE
from promotions.models import ConsumeUnit, PromotionCode


class CodeSerializer(StrictModelSerializer):
    """Reads a code to be added, and writes one out; in answers `uses` is what remains."""

    consume_unit = Choice(ConsumeUnit.values, required=False)
    user = Text(required=False, allow_blank=True, max_length=255)

    class Meta:
        model = PromotionCode
        fields = ("code", "uses", "user", "consume_unit")
        # Whether a text is free is decided for all of a request at once, under the promotion's lock.
        validators: list[Any] = []
        extra_kwargs = {"code": {"validators": PromotionCode._meta.get_field("code").validators}}

    def to_representation(self, code: PromotionCode) -> dict[str, Any]:
        optional = {"uses": code.uses, "max_uses": code.max_uses, "user": code.user, "created_by": code.created_by}
        return {
            "type": "promotion_codes",
            "id": str(code.pk),
            "code": code.code,
            **{name: value for name, value in optional.items() if value not in (None, "")},
            "consume_unit": code.consume_unit,
            "meta": {"timestamps": {"created_at": milliseconds(code.created_at)}},
        }


class NewCodesSerializer(serializers.Serializer):
    """The codes of one request; `consume_unit` may stand beside them, for those that have none of their own."""

    type = Const("promotion_codes")
    consume_unit = Choice(ConsumeUnit.values, default=ConsumeUnit.PER_CART)
    codes = Array(child=CodeSerializer(), allow_empty=False, most=MOST_AT_ONCE)

    def new_codes(self, by: str) -> list[PromotionCode]:
        """The codes that were read, unsaved and without a promotion."""
        common = self.validated_data["consume_unit"]
        return [
            PromotionCode(**{"consume_unit": common} | item, max_uses=item.get("uses"), created_by=by)
            for item in self.validated_data["codes"]
        ]


class CodeToDelete(serializers.Serializer):
    """Names a code; what else clients send with it is of no account."""

    code = Text()


class CodesToDeleteSerializer(serializers.Serializer):
    codes = Array(child=CodeToDelete(), allow_empty=False, most=MOST_AT_ONCE)

    def texts(self) -> list[str]:
        """The texts of the codes that were read."""
        return [item["code"] for item in self.validated_data["codes"]]
