"""Refuses requests to the admin that nobody sends by its pages, and on which Django, the theme or the database would
fail. Here, since what fails is not ours, and the same for all models."""

import re
from collections.abc import Callable, Iterator

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest
from django.core.paginator import InvalidPage
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.urls import reverse

from promotions.admin.keys import KEY

# Free texts in the address. Of a search, each word asks the database for a condition more.
SEARCHES = ("q", "s", "term")
LONGEST_SEARCH = 500
FREE = (*SEARCHES, "next", "_changelist_filters")
MANY_KEYS = ("permissions", "user_permissions", "groups")
TOO_LARGE = re.compile(r"[0-9]{19}")
YEAR = re.compile(r"[1-9][0-9]{3}")


class SaneRequests:
    """Answers 400 when what must be a number is none, is larger than any column, or a search is too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        """Looks once CSRF has been checked. Raises BadRequest."""
        if is_for_the_admin(request) and any(faults(request)):
            raise BadRequest("Nobody sends this")

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The theme's search asks for whatever page the address names."""
        return HttpResponseBadRequest() if is_for_the_admin(request) and isinstance(error, InvalidPage) else None


def is_for_the_admin(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("admin:index"))


def faults(request: HttpRequest) -> Iterator[bool]:
    """Whether something is wrong, point by point."""
    yield any(not KEY.fullmatch(key) for key in request.POST.getlist(ACTION_CHECKBOX_NAME))
    yield any(TOO_LARGE.search(key) for name in MANY_KEYS for key in request.POST.getlist(name))
    yield any(len(text) > LONGEST_SEARCH for name in SEARCHES for text in request.GET.getlist(name))
    # PostgreSQL refuses even to look for it.
    yield any("\x00" in text for texts in request.GET.lists() for text in [texts[0], *texts[1]])
    others = [(name, text) for name, texts in request.GET.lists() if name not in FREE for text in texts]
    yield any(TOO_LARGE.search(text) for _, text in others)
    yield any("year" in name and not YEAR.fullmatch(text) for name, text in others)
