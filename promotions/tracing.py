"""Spans for OpenTelemetry, when OTEL_EXPORTER_OTLP_ENDPOINT names who collects them: one for each request, and one for
each slice of work on a job.

The packages for it are an extra (`tracing` in pyproject.toml); without the setting nothing of them is imported.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_tracer: Any = None

# Where the instrumentation keeps addresses whole. Their queries may name customers, so they go nowhere.
ADDRESSES = ("http.url", "http.target", "url.full")


def start() -> None:
    """Trace this process from now on: its requests, and what stands in a `span`."""
    global _tracer
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    os.environ.setdefault("OTEL_SERVICE_NAME", "promotions")
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    # It reads addresses that watch and files too often to be of interest.
    DjangoInstrumentor().instrument(
        excluded_urls="/healthz,/readyz,/metrics,/static/", request_hook=_without_query, response_hook=_with_id
    )
    _tracer = trace.get_tracer("promotions")


@contextmanager
def span(name: str, **attributes: Any) -> Iterator[None]:
    """What happens inside is a span with these attributes; nothing when this process is not traced."""
    if _tracer is None:
        yield
        return
    with _tracer.start_as_current_span(name, attributes=attributes):
        yield


def _without_query(span: Any, request: Any) -> None:
    for name in ADDRESSES:
        if name in (span.attributes or {}):
            span.set_attribute(name, span.attributes[name].partition("?")[0])
    if "url.query" in (span.attributes or {}):
        span.set_attribute("url.query", "")


def _with_id(span: Any, request: Any, response: Any) -> None:
    span.set_attribute("request_id", request.request_id)
