"""`/oauth/access_token`: client credentials in, a flat token out (contract, section 6)."""

import json
import time
from typing import Any

from django.http import HttpRequest, QueryDict
from oauth2_provider.views.mixins import OAuthLibMixin
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from promotions.api.errors import respond
from promotions.api.schema import access as schema
from promotions.api.throttling import TokenRate
from promotions.errors import Fault

UNAUTHORIZED = Fault(401, "Unauthorized")


class CredentialsParser(BaseParser):
    """Reads form data or a JSON object whatever the Content-Type says: the documented curl calls mislabel it."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> QueryDict:
        body = stream.read()
        try:
            fields = json.loads(body)
        except (ValueError, RecursionError):
            fields = QueryDict(body, encoding="utf-8").dict()
        form = QueryDict(mutable=True)
        form.update({key: _text(value) for key, value in fields.items()} if isinstance(fields, dict) else {})
        return form


def _text(value: Any) -> str:
    """The value as text that any database can look for. A list or an object, which no credential is, is never read:
    it may be nested too deeply."""
    text = "?" if isinstance(value, dict | list) else str(value)
    return text.encode(errors="replace").decode().replace("\x00", "?")


class AccessToken(OAuthLibMixin, APIView):
    """Gives a token, which lives for an hour, to a client that shows its secret."""

    authentication_classes = []
    permission_classes = []
    parser_classes = [CredentialsParser]
    throttle_classes = [TokenRate]

    @schema.create_access_token
    def post(self, request: Request) -> Response:
        status, answer = self._ask(request._request, request.data)
        if status != 200:
            # Whether the id or the secret is wrong is nobody's business.
            detail = answer.get("error_description") or answer.get("error", "")
            return respond(UNAUTHORIZED if status == 401 else Fault(400, "Bad Request", detail))
        token = {
            "expires": int(time.time()) + answer["expires_in"],
            "identifier": "client_credentials",
            "expires_in": answer["expires_in"],
            "access_token": answer["access_token"],
            "token_type": "Bearer",
        }
        return Response(token, headers={"Cache-Control": "no-store"})

    def _ask(self, request: HttpRequest, form: Any) -> tuple[int, dict[str, Any]]:
        """Have the OAuth library answer: (HTTP status, decoded body)."""
        request.POST = form or QueryDict()
        _, _, body, status = self.create_token_response(request)
        return status, json.loads(body)
