"""How often a client may do what: limits by setting (REST_FRAMEWORK in the settings), counted in Django's cache.

The algorithm is DRF's; here stands only who is counted, and for what. A limit is looked at after the token and
before the view begins, so a request that is refused for it has done nothing.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

from promotions.api.authentication import client_id


def address_of(request: HttpRequest) -> str | None:
    """The IP address that a request comes from, as far as our own proxies tell it; None when that is no address."""
    address = BaseThrottle().get_ident(request)  # type: ignore[arg-type] # it reads META only
    try:
        validate_ipv46_address(address)
    except (ValidationError, TypeError):
        return None
    return address


class ClientRate(SimpleRateThrottle):
    """All requests of one API client, whatever their tokens and addresses; those without a client are not counted."""

    scope = "client"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        client = client_id(request)
        return self.cache_format % {"scope": self.scope, "ident": client} if client else None


class TokenRate(SimpleRateThrottle):
    """All requests for a token that come from one address: nobody shall try secrets, or keep the machine busy
    with checking them. The client's name is not asked: everybody could use up another's limit."""

    scope = "token"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class UnknownCodeRate(ClientRate):
    """The codes of one client that are not there, as someone who guesses sends them.

    Once there are too many, every code is refused: who could still try the good ones would go on guessing.
    """

    scope = "unknown_code"

    def throttle_success(self) -> bool:
        """A request counts only when its code is found to be unknown."""
        return True

    def count(self, request: Request, view: Any) -> None:
        """Count the request as one whose code is unknown."""
        if self.rate is not None:
            self.allow_request(request, view)  # reads what has been counted so far
            super().throttle_success()
