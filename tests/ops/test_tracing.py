"""Spans of real processes, as a collector gets them."""

from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from promotions import tracing
from promotions.jobs.create import create_job
from promotions.models import Job, JobType
from tests.factories import PromotionFactory
from tests.processes import free_port, wait_until
from tests.servers import serving


class Collector:
    """Takes spans by OTLP over HTTP; keeps of each its name and attributes."""

    def __init__(self):
        self.spans = spans = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                sent = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
                for resource in sent.resource_spans:
                    of_all = attributes(resource.resource)
                    for scope in resource.scope_spans:
                        spans.extend((span.name, of_all | attributes(span)) for span in scope.spans)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.settings = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self.server.server_port}",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
        }

    def named(self, name):
        return [about for found, about in self.spans if found == name]


def attributes(of):
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in of.attributes}


@pytest.fixture
def collector():
    one = Collector()
    with serving(one.server):
        yield one


def get(url, **arguments):
    with suppress(requests.ConnectionError):
        return requests.get(url, timeout=10, **arguments)


@pytest.mark.once
def test_a_request_is_a_span_with_its_id_and_without_its_query(start, collector):
    port = free_port()
    start("-m", "gunicorn", PORT=str(port), **collector.settings)
    url = f"http://127.0.0.1:{port}"
    wait_until(lambda: get(f"{url}/healthz"))
    get(f"{url}/admin/login/?email=ann@example.com", headers={"X-Request-ID": "abc"})
    wait_until(lambda: collector.spans)
    ((_, about),) = collector.spans
    assert about["request_id"] == "abc"
    assert about["service.name"] == "promotions"
    assert 200 in about.values()
    assert "ann" not in str(about)


@pytest.mark.once
def test_a_slice_of_work_on_a_job_is_a_span_with_the_job_and_its_token(start_worker, collector):
    job = create_job(PromotionFactory(), JobType.CODE_GENERATE, number_of_codes=5)
    start_worker(**collector.settings)
    wait_until(lambda: not Job.objects.active().exists())
    wait_until(lambda: collector.named("job code_generate"))
    (about,) = collector.named("job code_generate")
    assert (about["job"], about["token"], about["service.name"]) == (str(job.uuid), 1, "promotions")


def test_without_the_setting_nothing_is_traced():
    assert tracing._tracer is None
    with tracing.span("job", job="x"):
        pass
