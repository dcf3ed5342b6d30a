"""Who calls the API, and whether the token allows it."""

from typing import Any

from django.http import HttpRequest, QueryDict
from oauth2_provider.contrib.rest_framework import OAuth2Authentication, TokenHasReadWriteScope
from rest_framework.request import Request


class BearerToken(OAuth2Authentication):
    """A token in the Authorization header, and only there: in a query it would end up in logs."""

    def authenticate(self, request: Request) -> Any:
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            return None
        return super().authenticate(WithoutBody(request._request))


class WithoutBody:
    """A request as the OAuth library is to see it: it would look for a token in the body, and parse that before the
    token is known to be good, and whatever it is."""

    POST = QueryDict()

    def __init__(self, request: HttpRequest) -> None:
        object.__setattr__(self, "_request", request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._request, name)

    def __setattr__(self, name: str, value: Any) -> None:
        # What was wrong with a token is told in the answer's header.
        setattr(self._request, name, value)


class HasScope(TokenHasReadWriteScope):
    """`read` for GET and HEAD, `write` for everything else."""


def actor(request: Request) -> str:
    """The name that is kept as who did it: the client's."""
    application = getattr(request.auth, "application", None)
    return str(application) if application else ""


def client_id(request: Request) -> str:
    """The OAuth id of the client that calls: unlike its name, it never becomes another's."""
    application = getattr(request.auth, "application", None)
    return application.client_id if application else ""
