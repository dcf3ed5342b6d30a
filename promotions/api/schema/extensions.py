"""What drf-spectacular cannot see by itself: what the serializers of requests accept, and what a token is."""

from typing import Any

from django.conf import settings
from drf_spectacular.contrib.django_oauth_toolkit import DjangoOAuthToolkitScheme
from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension

from promotions.api.schema.answers import VARIANTS, ref, schema_name
from promotions.api.serializers.code import (
    CodeSerializer,
    CodesToDeleteSerializer,
    CodeToDelete,
    NewCodesSerializer,
)
from promotions.api.serializers.job import CancelSerializer, JobSerializer, ParametersSerializer
from promotions.api.serializers.promotion import PromotionSerializer
from promotions.api.serializers.usage import AnonymizeSerializer, RedeemSerializer
from promotions.models import JobType
from promotions.models.promotion_schema import LIMITS


class PromotionChange(PromotionSerializer):
    """A PUT of a promotion, in which every field may be left out."""


NAMES: dict[type, str] = {
    PromotionSerializer: "NewPromotion",
    PromotionChange: "PromotionChange",
    CodeSerializer: "NewCode",
    NewCodesSerializer: "NewCodes",
    CodeToDelete: "CodeToDelete",
    CodesToDeleteSerializer: "CodesToDelete",
    JobSerializer: "NewJob",
    ParametersSerializer: "JobParameters",
    CancelSerializer: "Cancellation",
    RedeemSerializer: "Redemption",
    AnonymizeSerializer: "UsagesToAnonymize",
}

SERIALIZERS = "promotions.api.serializers"


class BearerToken(DjangoOAuthToolkitScheme):
    target_class = "promotions.api.authentication.BearerToken"


class TextField(OpenApiSerializerFieldExtension):
    """Validators that name what must not be there, which drf-spectacular would take for what must be."""

    target_class = f"{SERIALIZERS}.fields.Text"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema = {"type": "string"}
        if self.target.max_length is not None:
            schema["maxLength"] = self.target.max_length
        regexes = [one.regex.pattern for one in self.target.validators if getattr(one, "inverse_match", False)]
        if regexes:
            schema["pattern"] = "^" + "".join(rf"(?![\s\S]*(?:{regex}))" for regex in regexes) + r"[\s\S]"
        return schema


class ArrayField(OpenApiSerializerFieldExtension):
    """How many items a list may have."""

    target_class = f"{SERIALIZERS}.fields.Array"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema = auto_schema._map_serializer_field(self.target, direction, bypass_extensions=True)
        return schema | ({} if self.target.allow_empty else {"minItems": 1}) | {"maxItems": self.target.most}


class MomentField(OpenApiSerializerFieldExtension):
    target_class = f"{SERIALIZERS}.fields.Moment"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {
            "anyOf": [
                {"type": "string", "format": "date-time"},
                {"type": "string", "format": "date"},
                {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$"},
            ],
            "description": "Without a time it means 00:00, without a zone UTC.",
        }


class LimitsField(OpenApiSerializerFieldExtension):
    """`min_cart_value` and `max_discount_value`."""

    target_class = f"{SERIALIZERS}.fields.ListOrOne"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {
            "anyOf": [LIMITS.schema, LIMITS.schema["items"]],
            "description": "One amount for each currency. A single object stands for a list of one, null for none.",
        }


class NewPromotion(OpenApiSerializerExtension):
    """The type of a promotion says what its schema is."""

    target_class = PromotionSerializer

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return schema | {"oneOf": [ref(name) for name in VARIANTS.values()]}


class ChangedPromotion(OpenApiSerializerExtension):
    """Nothing is required. The type cannot be changed, so that it need not be there to say what the schema is."""

    target_class = PromotionChange

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        del schema["required"]
        schema["properties"] |= {
            "id": {"type": ["string", "null"], "description": "If given, the id of the address."},
            "schema": {"anyOf": [ref(schema_name(promotion_type)) for promotion_type in VARIANTS]},
        }
        return schema


class JobParameters(OpenApiSerializerExtension):
    """How many codes a promotion may have is a setting."""

    target_class = ParametersSerializer

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        schema["properties"]["number_of_codes"]["maximum"] = settings.PROMOTIONS_MAX_CODES
        return schema


class NewJob(OpenApiSerializerExtension):
    """Only a job that generates codes needs parameters."""

    target_class = JobSerializer

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        generates = {"properties": {"job_type": {"const": JobType.CODE_GENERATE.value}}, "required": ["parameters"]}
        exports = {"properties": {"job_type": {"const": JobType.CODE_EXPORT.value}}}
        return schema | {"oneOf": [generates, exports]}
