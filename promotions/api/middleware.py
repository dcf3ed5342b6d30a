"""What holds for every request to the API: its body is not too large, and nothing but JSON leaves."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from promotions.api.envelope import errors_body
from promotions.api.errors import TITLES
from promotions.errors import Fault

API_PATHS = ("/v2/", "/oauth/", "/files/")
HTTPS_NEEDED = Fault(403, "Forbidden", "Use https://")


def is_for_the_api(request: HttpRequest) -> bool:
    return f"{request.path_info}/".startswith(API_PATHS)


class BodyLimit:
    """Refuses a body of more than DATA_UPLOAD_MAX_MEMORY_SIZE bytes unread. Django itself limits forms only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if is_for_the_api(request) and content_length(request) > most:
            fault = Fault(413, TITLES[413], f"The body must have at most {most} bytes")
            return JsonResponse(errors_body([fault]), status=413)
        return self.get_response(request)


def content_length(request: HttpRequest) -> int:
    """How long the body is; Django reads no more of it, and nothing when that is not said."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


class JsonErrors:
    """Replaces an error page or a redirect, made by Django or another middleware, by the error envelope."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not is_for_the_api(request) or response.status_code < 300:
            return response
        if response.headers.get("Content-Type", "").startswith("application/json"):
            return response
        # The only redirect on the way is the one to https, which would turn a POST into a GET.
        status = response.status_code
        fault = HTTPS_NEEDED if status < 400 else Fault(status, TITLES.get(status, response.reason_phrase))
        return JsonResponse(errors_body([fault]), status=fault.status)
