"""`/schema/` and `/docs/`: the description of the API, for programs and for people. Neither needs a token."""

import hashlib
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.encoding import force_bytes
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request


class ByFormat(DefaultContentNegotiation):
    """JSON whatever Accept says, or YAML when the address asks for it."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        wanted = request.query_params.get("format")
        renderer = next((one for one in renderers if one.format == wanted), renderers[0])
        return renderer, renderer.media_type


RENDERERS = [OpenApiJsonRenderer2, OpenApiYamlRenderer]


@cache
def description(format: str) -> tuple[bytes, str]:
    """The description as JSON or YAML, and its ETag. It depends on the code and the settings alone, so it is made once
    in a process: that takes a quarter of a second."""
    renderer = next(one for one in RENDERERS if one.format == format)
    with translation.override(settings.LANGUAGE_CODE):
        document = SchemaGenerator().get_schema(request=None, public=True)
    body = force_bytes(renderer().render(document, renderer.media_type, {}))
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


class Schema(SpectacularAPIView):
    """The OpenAPI description: JSON, or YAML with `?format=yaml`. Its ETag lets a client that has it ask for less."""

    renderer_classes = RENDERERS
    content_negotiation_class = ByFormat

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        renderer = request.accepted_renderer
        body, etag = description(renderer.format)
        name = f'inline; filename="{self._get_filename(request, "")}"'
        headers = {"ETag": etag, "Content-Disposition": name}
        response = HttpResponse(body, content_type=renderer.media_type, headers=headers)
        return get_conditional_response(request._request, etag=etag, response=response) or response


class Docs(SpectacularSwaggerSplitView):
    """Swagger UI, without scripts inside the page and without anything from another host."""
