"""What drf-spectacular needs to be told about this API as a whole; settings refer to these names."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import is_basic_serializer

from promotions.api.envelope import AnyTypeParser
from promotions.api.schema.answers import ANSWERS, SHARED
from promotions.api.schema.extensions import NAMES
from promotions.api.views.unknown import Unknown

Endpoint = tuple[str, str, str, Callable[..., Any]]


class ApiSchema(AutoSchema):
    """Bodies come wrapped in `data` or bare, also with DELETE."""

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        return NAMES.get(type(serializer)) or super().get_serializer_name(serializer, direction)

    def map_parsers(self) -> list[str]:
        # What is read whatever it is called is meant to be JSON.
        return list(
            dict.fromkeys(
                "application/json" if one == AnyTypeParser.media_type else one for one in super().map_parsers()
            )
        )

    def _get_request_body(self, direction: Any = "request") -> Any:
        # drf-spectacular describes no body of a DELETE, because OpenAPI 3.0 forbade it; 3.1 does not.
        method, self.method = self.method, "POST" if self.method == "DELETE" else self.method
        try:
            return super()._get_request_body(direction)
        finally:
            self.method = method

    def _get_request_for_media_type(self, serializer: Any, direction: Any = "request") -> tuple[Any, bool]:
        schema, required = super()._get_request_for_media_type(serializer, direction)
        if is_basic_serializer(serializer):
            return wrapped_or_bare(schema), required
        return schema, required or "required" in (schema or {})  # a form is described by a schema


def wrapped_or_bare(schema: dict[str, Any]) -> dict[str, Any]:
    """What an object of this schema may look like in a request: `{"data": {…}}`, or as it is."""
    wrapped = {"type": "object", "title": "Wrapped", "properties": {"data": schema}, "required": ["data"]}
    return {"anyOf": [wrapped, {"title": "Bare", "allOf": [schema, {"not": {"required": ["data"]}}]}]}


def only_endpoints(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Leaves out what answers 404 for the addresses that are none, and the optional slash at the end."""
    return [
        (path.rstrip("/"), regex, method, view)
        for path, regex, method, view in endpoints
        if getattr(view, "cls", None) is not Unknown
    ]


def add_components(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Adds the components that are written by hand."""
    schemas = result["components"]["schemas"] | SHARED | ANSWERS
    result["components"]["schemas"] = dict(sorted(schemas.items()))
    return result
