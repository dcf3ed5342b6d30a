"""Whether each request of a real client (captured.py) gets an answer that its client can read.

test_js_sdk.py and test_fetch_client.py run the libraries themselves; here is tested what they send, also where there
is no Node, and what epcc-cli sends.
"""

import socket
from http.client import HTTPResponse
from string import Template

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from promotions.models import JobType, Promotion
from promotions.states import Status
from tests.clients.answers import Answer
from tests.clients.captured import EPCC_CLI_REQUESTS, FETCH_REQUESTS, JS_SDK_REQUESTS
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def promotion():
    """The promotion that the requests are about; its jobs have ended."""
    promotion = PromotionFactory(name="Captured")
    JobFactory.create_batch(2, promotion=promotion, status=Status.CANCELLED)
    return promotion


@pytest.fixture
def there(live_server, api_client_secret, get_token, promotion, settings, tmp_path):
    """What the requests name, by its name in them; `busy` is a second promotion, which has a job to cancel."""
    client, secret = api_client_secret
    settings.MEDIA_ROOT = tmp_path
    export = JobFactory(
        promotion=promotion,
        job_type=JobType.CODE_EXPORT,
        number_of_codes=None,
        status=Status.COMPLETED,
        file=default_storage.save("exports/codes.csv", ContentFile(b"code\r\n")),
    )
    pending = JobFactory()
    return {
        "host": live_server.url.removeprefix("http://"),
        "token": get_token(),
        "client": client.client_id,
        "secret": secret,
        "promotion": str(promotion.uuid),
        "export": str(export.uuid),
        "busy": str(pending.promotion.uuid),
        "pending": str(pending.uuid),
    }


def bytes_of(line, headers, body, there):
    """The request as it stands on the wire."""
    content = None if body is None else Template(body).substitute(there).encode()
    length = "" if content is None else f"content-length: {len(content)}\n"
    head = Template(f"{line} HTTP/1.1\n{headers}\n").substitute(there, length=length)
    return head.replace("\n", "\r\n").encode() + (content or b"")


def send(raw, there):
    """Send the bytes as they are: the answer."""
    host, port = there["host"].split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(raw)
        response = HTTPResponse(connection)
        response.begin()
        return Answer(response.status, response.headers["Content-Type"], response.read(), there)


@pytest.mark.parametrize(
    ("headers", "line", "body", "codes", "status", "look"), JS_SDK_REQUESTS + FETCH_REQUESTS + EPCC_CLI_REQUESTS
)
def test_a_request_of_a_real_client_is_answered_as_it_needs(there, promotion, headers, line, body, codes, status, look):
    ids = [str(PromotionCodeFactory(promotion=promotion, code=code).pk) for code in codes]
    Promotion.objects.filter(pk=promotion.pk).update(code_count=len(ids))
    answer = send(bytes_of(line, headers, body, there | {"code_id": ids[0] if ids else ""}), there)
    assert answer.status == status, answer.content
    if status != 204:
        assert answer.content_type == "application/json"
    look(answer)
