"""A page of another origin that calls the API, in a real browser, with the headers that js-sdk sends."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from rest_framework.throttling import SimpleRateThrottle

from promotions.states import Status
from tests.factories import JobFactory
from tests.servers import serving

pytestmark = pytest.mark.django_db(transaction=True)

CALL = """
async ([url, options]) => {
  try {
    const answer = await fetch(url, options)
    return { status: answer.status, body: await answer.json(), retryAfter: answer.headers.get('Retry-After') }
  } catch (error) {
    return { blocked: error.name }
  }
}
"""


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><link rel=icon href=data:,><title>The shop</title>")

    def log_message(self, *args):
        pass


@pytest.fixture
def shop():
    """The origin of another web server, that of the shop."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    with serving(server):
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def call(page, shop, live_server):
    """Calls the API from a page of the shop; what the page gets to see."""
    page.goto(shop)

    def fetch(method, path, headers, body=None):
        options = {"method": method, "headers": headers} | ({"body": body} if body is not None else {})
        return page.evaluate(CALL, [live_server.url + path, options])

    return fetch


def js_sdk(token):
    return {
        "X-MOLTIN-SDK-LANGUAGE": "JS",
        "X-MOLTIN-SDK-VERSION": "35.0.0",
        "Content-Type": "application/json",
        "Authorization": f"Bearer {token}",
        "X-MOLTIN-AUTH-STORE": "store",
        "X-MOLTIN-APPLICATION": "epcc sdk",
        "X-MOLTIN-CURRENCY": "USD",
        "X-MOLTIN-LANGUAGE": "en",
        "X-MOLTIN-CUSTOMER-TOKEN": "customer",
        "EP-Beta-Features": "none",
        "EP-Public-Search-Type": "cm_search",
        "EP-Disable-Beta-Filtering": "true",
        "Idempotency-Key": "key-1",
    }


def test_a_page_of_an_allowed_origin_gets_a_token_reads_lists_and_cancels(call, shop, settings, api_client_secret):
    settings.CORS_ALLOWED_ORIGINS = [shop]
    client, secret = api_client_secret
    job = JobFactory(status=Status.PENDING)
    form = f"grant_type=client_credentials&client_id={client.client_id}&client_secret={secret}"
    credentials = {"Content-Type": "application/x-www-form-urlencoded", "X-MOLTIN-SDK-LANGUAGE": "JS"}
    headers = js_sdk(call("POST", "/oauth/access_token", credentials, form)["body"]["access_token"])

    [promotion] = call("GET", "/v2/promotions?page[limit]=10", headers)["body"]["data"]
    assert promotion["id"] == str(job.promotion.uuid)
    cancelled = call("POST", f"/v2/promotions/{job.promotion.uuid}/jobs/{job.uuid}/cancel", headers)
    assert (cancelled["status"], cancelled["body"]["data"]["status"]) == (200, "cancelled")
    again = call("POST", f"/v2/promotions/{job.promotion.uuid}/jobs/{job.uuid}/cancel", headers)
    assert (again["status"], again["body"]["errors"][0]["status"]) == (422, "422")


def test_a_page_sees_why_it_is_refused_and_when_to_come_back(call, shop, settings, monkeypatch, db):
    settings.CORS_ALLOWED_ORIGINS = [shop]
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "token", "1/h")
    assert call("GET", "/v2/promotions", js_sdk("nonsense"))["status"] == 401
    assert call("POST", "/oauth/access_token", {}, "client_id=x")["status"] == 400
    answer = call("POST", "/oauth/access_token", {}, "client_id=x")
    assert answer["status"] == 429
    assert 0 < int(answer["retryAfter"]) <= 3600


@pytest.mark.parametrize("allowed", [[], ["https://shop.example.com"]])
def test_a_page_of_any_other_origin_is_blocked_and_cancels_nothing(call, settings, get_token, allowed):
    settings.CORS_ALLOWED_ORIGINS = allowed
    job = JobFactory(status=Status.PENDING)
    headers = js_sdk(get_token())
    assert call("GET", "/v2/promotions", headers) == {"blocked": "TypeError"}
    url = f"/v2/promotions/{job.promotion.uuid}/jobs/{job.uuid}/cancel"
    assert call("POST", url, headers) == {"blocked": "TypeError"}
    job.refresh_from_db()
    assert job.status == "pending"
