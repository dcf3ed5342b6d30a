"""What surrounds every request: its id in the log and in the answer, and the addresses for machines that watch."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

from promotions import log
from promotions.ops import metrics, views

logger = logging.getLogger("promotions.requests")

HEADER = "X-Request-ID"
# What others have made is taken over when it can do no harm in a log.
SANE = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")

Handler = Callable[[HttpRequest], HttpResponse]


class RequestId:
    """Gives each request an id, the client's or proxy's own (`X-Request-ID`) when it is sane: it stands in every line
    that is logged on the way, and in the answer. Logs one line for each request that a view has answered."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        request_id = given if SANE.fullmatch(given) else str(uuid.uuid4())
        request.request_id = request_id  # type: ignore[attr-defined]
        with log.about(request_id=request_id):
            began = time.monotonic()
            response = self.get_response(request)
            self._log(request, response, time.monotonic() - began)
        response.headers[HEADER] = request_id
        return response

    def _log(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        # Not files and probes. Without the query, which may name customers.
        if request.resolver_match or response.status_code >= 400:
            fields = {"status": response.status_code, "milliseconds": round(1000 * seconds)}
            text = "%s %s: %d in %d ms"
            logger.info(text, request.method, request.path, *fields.values(), extra=fields)


class ForMachines:
    """Answers the addresses of `views.FOR_MACHINES` before anything else looks at the request: a probe calls a process
    by its IP address and over plain HTTP, which ALLOWED_HOSTS and HTTPS_ONLY would refuse."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = views.FOR_MACHINES.get(request.path_info.rstrip("/"))
        return view(request) if view else self.get_response(request)


class CountRequests:
    """Counts each request and its time for `/metrics`, by the name of its route; nothing when nobody may ask."""

    # Others are anything that a client has thought of.
    METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")

    def __init__(self, get_response: Handler) -> None:
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        method = request.method if request.method in self.METHODS else "other"
        route = request.resolver_match.view_name if request.resolver_match else "none"
        metrics.requests.labels(method, route, f"{response.status_code // 100}xx").inc()
        metrics.request_seconds.labels(method, route).observe(time.perf_counter() - began)
        return response
