"""The last line of defence of the rule that nothing but JSON leaves the API."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from promotions.api.envelope import errors_body
from promotions.api.errors import TITLES
from promotions.errors import Fault

API_PATHS = ("/v2/", "/oauth/", "/files/")
HTTPS_NEEDED = Fault(403, "Forbidden", "Use https://")


class JsonErrors:
    """Replaces an error page or a redirect, made by Django or another middleware, by the error envelope."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not f"{request.path_info}/".startswith(API_PATHS) or response.status_code < 300:
            return response
        if response.headers.get("Content-Type", "").startswith("application/json"):
            return response
        # The only redirect on the way is the one to https, which would turn a POST into a GET.
        status = response.status_code
        fault = HTTPS_NEEDED if status < 400 else Fault(status, TITLES.get(status, response.reason_phrase))
        return JsonResponse(errors_body([fault]), status=fault.status)
