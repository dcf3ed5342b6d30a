"""`/schema/` and `/docs/`: the description of the API, for programs and for people. Neither needs a token."""

from typing import Any

from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.negotiation import DefaultContentNegotiation


class ByFormat(DefaultContentNegotiation):
    """JSON whatever Accept says, or YAML when the address asks for it."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        wanted = request.query_params.get("format")
        renderer = next((one for one in renderers if one.format == wanted), renderers[0])
        return renderer, renderer.media_type


class Schema(SpectacularAPIView):
    """The OpenAPI description: JSON, or YAML with `?format=yaml`."""

    renderer_classes = [OpenApiJsonRenderer2, OpenApiYamlRenderer]
    content_negotiation_class = ByFormat


class Docs(SpectacularSwaggerSplitView):
    """Swagger UI, without scripts inside the page and without anything from another host."""
