"""Says who acts during a request, for the audit trail: the door by the address, and staff by their session."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from rest_framework.throttling import BaseThrottle

from promotions.models.actor import Door, acting


class SaysWhoActs:
    """Needs `request.user`. A client of the API is named later, once its token is known to be good."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_admin = request.path_info.startswith(reverse("admin:index"))
        name = request.user.get_username() if is_admin else ""
        # What the limits of the API go by, too: of forwarded addresses only those that our own proxies wrote.
        address = BaseThrottle().get_ident(request)  # type: ignore[arg-type]
        with acting(name, Door.ADMIN if is_admin else Door.API, address or ""):
            return self.get_response(request)
