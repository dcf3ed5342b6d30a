"""`/files/…`: stored files, by links that are signed and expire."""

import time

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.signing import Signer
from django.http import FileResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import urlencode
from rest_framework.request import Request
from rest_framework.views import APIView

from promotions.api.schema import access as schema
from promotions.errors import FilesAway, LinkInvalid, NotFound

KEY = "promotions"


def link_to(request: Request, name: str) -> str:
    """An absolute link to the stored file, good for PROMOTIONS_LINK_SECONDS, of the form that Elastic Path's have.

    A storage that is no file system, such as S3, signs its own. Raises NotFound when the file has gone, FilesAway.
    """
    _must_be_stored(name)
    try:
        default_storage.path(name)
    except NotImplementedError:
        return default_storage.url(name)
    expires = int(time.time()) + settings.PROMOTIONS_LINK_SECONDS
    signature = _signature(name, str(expires))
    query = urlencode([("Expires", expires), ("Signature", signature), ("Key-Pair-Id", KEY)])
    return request.build_absolute_uri(f"{reverse('file', args=[name])}?{query}")


def _must_be_stored(name: str) -> None:
    try:
        is_stored = default_storage.exists(name)
    except OSError as error:
        raise FilesAway from error
    if not is_stored:
        raise NotFound("file")


def _signature(name: str, expires: str) -> str:
    return Signer(salt="promotions.files").signature(f"{expires}:{name}")


class StoredFile(APIView):
    """A stored file, for whoever has a link to it."""

    authentication_classes = []
    permission_classes = []

    @schema.get_file
    def get(self, request: Request, name: str) -> FileResponse:
        expires, signature = (request.query_params.get(key, "") for key in ("Expires", "Signature"))
        if not constant_time_compare(signature, _signature(name, expires)) or int(expires) < time.time():
            raise LinkInvalid
        _must_be_stored(name)
        return FileResponse(default_storage.open(name), as_attachment=True, content_type="text/csv; charset=utf-8")
