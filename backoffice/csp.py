"""The Content-Security-Policy of every answer.

Django 6 has this middleware, with this setting: with it, this module goes.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "Content-Security-Policy"


class ContentSecurityPolicy:
    """Says in each answer what a browser may load, run and send from its page: `SECURE_CSP` of the settings."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers[HEADER] = policy(settings.SECURE_CSP)
        return response


def policy(directives: dict[str, list[str]]) -> str:
    """The policy as the header has it: each directive with its sources, in order."""
    return "; ".join(" ".join([name, *sources]) for name, sources in directives.items())
