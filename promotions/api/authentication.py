"""Who calls the API, and whether the token allows it."""

from typing import Any

from django.http import QueryDict
from oauth2_provider.contrib.rest_framework import OAuth2Authentication, TokenHasReadWriteScope
from rest_framework.request import Request

from promotions.models.actor import name_actor


class BearerToken(OAuth2Authentication):
    """A token in the Authorization header, and only there: in a query it would end up in logs."""

    def authenticate(self, request: Request) -> Any:
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            return None
        # The library looks for a form, too. Without one it leaves the body alone, which may be large or broken, until
        # the token is known to be good.
        request._request.POST = QueryDict()
        found = super().authenticate(request._request)
        if found:
            name_actor(_name(found[1]))
        return found


class HasScope(TokenHasReadWriteScope):
    """`read` for GET and HEAD, `write` for everything else."""


def actor(request: Request) -> str:
    """The name that is kept as who did it: the client's."""
    return _name(request.auth)


def _name(token: Any) -> str:
    application = getattr(token, "application", None)
    return str(application) if application else ""


def client_id(request: Request) -> str:
    """The OAuth id of the client that calls: unlike its name, it never becomes another's."""
    application = getattr(request.auth, "application", None)
    return application.client_id if application else ""
