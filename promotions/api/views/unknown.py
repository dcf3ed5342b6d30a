"""Addresses under the API that are none."""

from typing import Any, NoReturn

from rest_framework.request import Request
from rest_framework.views import APIView

from promotions.errors import NotFound


class Unknown(APIView):
    """Answers 404 in the envelope, also while DEBUG would have Django show a page."""

    authentication_classes = []
    permission_classes = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotFound("endpoint")
