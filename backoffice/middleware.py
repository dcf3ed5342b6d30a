"""What a person is shown when the database is away or busy. The API says so by itself, in its envelope."""

import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

RETRY_AFTER = 5  # seconds
AWAY = (OperationalError, InterfaceError)


class DatabaseAway:
    """Answers 503 with a page that says what to do, instead of 500, when a view could not use the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return database_away() if isinstance(exception, AWAY) else None


def server_error(request: HttpRequest) -> HttpResponse:
    """What answers when even a middleware has failed, as the one that asks who is logged in: the same page, if it was
    for the database. Django's `handler500`, which is called while the error is handled."""
    return database_away() if isinstance(sys.exc_info()[1], AWAY) else defaults.server_error(request)


def database_away() -> HttpResponse:
    """The page. Without the request: whoever is logged in is known to the database only."""
    page = render_to_string("503.html")
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)})
