"""In which language and time zone a request is answered: to the admin in those of the user, to everyone else in English
and TIME_ZONE, whatever they ask for, since programs read it.

Texts are translated where they are made (`gettext`), so this one rule decides it for all of them: also for what is
refused below the doors (promotions.errors). Commands and workers activate no language, and speak English.
"""

import re
from collections.abc import Callable
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from promotions.admin.middleware import is_for_the_admin

# Set by time_zone.js, in the browser, to the name of its zone.
TIME_ZONE_COOKIE = "time_zone"
NAME = re.compile(r"[A-Za-z0-9_+/-]{1,50}")


class UsersLocale:
    """Activates language and time zone for the request, and puts back what was there before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_for_the_admin(request):
            with translation.override(settings.LANGUAGE_CODE):
                return self.get_response(request)
        language = translation.get_language_from_request(request)
        with translation.override(language), timezone.override(time_zone_of(request)):
            response = self.get_response(request)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        response.headers.setdefault("Content-Language", language)
        return response


def time_zone_of(request: HttpRequest) -> ZoneInfo | None:
    """The zone that the browser has named; None, for TIME_ZONE, when it has named none that there is."""
    name = request.COOKIES.get(TIME_ZONE_COOKIE, "")
    return ZoneInfo(name) if NAME.fullmatch(name) and name in known_time_zones() else None


@cache
def known_time_zones() -> frozenset[str]:
    """The names of all zones. Looked up once: they are read from hundreds of files."""
    return frozenset(available_timezones())
