"""Requests that a client may repeat without fear: the `Idempotency-Key` header.

As Stripe does: once the work has begun every answer is kept and given again, also a refusal; an invalid request and
a fault of our own keep nothing, so that the key can be used again.
"""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from promotions.api.authentication import client_id
from promotions.api.errors import respond
from promotions.errors import Fault, IdempotencyKeyReused, Refused
from promotions.models import IdempotencyKey, Usage

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
VISIBLE = re.compile(r"[\x21-\x7e]{1,255}")


def answer_once(request: Request, act: Callable[[], Response]) -> Response:
    """What `act` answers, or what it answered when this client sent the same key before.

    `act` and the answer are one transaction, so what it does is done once however many requests come at one
    moment; `act` must answer `{"data": usage}` or raise Refused. Raises Refused without a good key, and for a key
    that was used for another request.
    """
    key = read_key(request)
    new = IdempotencyKey(client=client_id(request), key=key, fingerprint=_fingerprint(request))
    earlier = _find(new)
    if earlier is None:
        try:
            return _execute(new, act)
        except IntegrityError:
            # Another request with this key was faster: all that this one did is rolled back.
            earlier = _find(new)
            if earlier is None:
                raise
    if earlier.fingerprint != new.fingerprint:
        raise IdempotencyKeyReused
    return _replay(earlier)


def read_key(request: Request) -> str:
    """The key that came with the request. Raises Refused when there is none, or it is not one."""
    key = request.headers.get(HEADER, "")
    if not key:
        raise Refused([Fault(400, "required", f"{HEADER} is required", HEADER)])
    if not VISIBLE.fullmatch(key):
        raise Refused([Fault(400, "pattern", "Must be 1 to 255 visible ASCII characters", HEADER)])
    return key


def _fingerprint(request: Request) -> str:
    """Tells requests apart: by address and content, whatever the order of fields, wrapped or bare."""
    content = json.dumps(request.data, sort_keys=True)
    return hashlib.sha256(f"{request.method} {request.path.rstrip('/')} {content}".encode()).hexdigest()


def _find(new: IdempotencyKey) -> IdempotencyKey | None:
    return IdempotencyKey.objects.filter(client=new.client, key=new.key).first()


@transaction.atomic
def _execute(new: IdempotencyKey, act: Callable[[], Response]) -> Response:
    try:
        response = act()
    except Refused as refusal:
        response = respond(*refusal.faults)
        if response.status_code == 400:
            raise
    new.status = response.status_code
    new.body = _without_email(response.data)
    new.save(force_insert=True)
    return response


def _without_email(body: dict[str, Any]) -> str:
    # The address is kept in one place only, where anonymizing finds it.
    if "data" in body:
        body = body | {"data": body["data"] | {"customer_email": ""}}
    return JSONRenderer().render(body).decode()


def _replay(earlier: IdempotencyKey) -> Response:
    body = json.loads(earlier.body)
    if "data" in body:
        usages = Usage.objects.filter(uuid=body["data"]["id"])
        body["data"]["customer_email"] = usages.values_list("customer_email", flat=True).first() or ""
    return Response(body, status=earlier.status, headers={REPLAYED: "true"})
