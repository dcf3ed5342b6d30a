"""Pages of other origins in browsers: what they may ask, and what they may see of the answers."""

import pytest
from django.db import OperationalError
from django.test import override_settings
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from promotions.api.views.promotions import PromotionList
from tests.api.test_usages import redeem, running_code
from tests.factories import JobFactory

pytestmark = pytest.mark.django_db

SHOP = "https://shop.example.com"
PROMOTIONS = "/v2/promotions"
# What js-sdk may send (contract, section 8), and what our own API takes.
HEADERS = {
    "authorization",
    "content-type",
    "ep-beta-features",
    "ep-disable-beta-filtering",
    "ep-public-search-type",
    "idempotency-key",
    "x-moltin-application",
    "x-moltin-auth-store",
    "x-moltin-currency",
    "x-moltin-customer-token",
    "x-moltin-language",
    "x-moltin-sdk-language",
    "x-moltin-sdk-version",
}


@pytest.fixture
def shop_may_call(settings):
    settings.CORS_ALLOWED_ORIGINS = [SHOP]


def preflight(path, origin=SHOP, method="POST"):
    """What a browser asks before it sends the request of a page: without a token."""
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    return APIClient().options(path, headers=headers | {"Access-Control-Request-Headers": ",".join(sorted(HEADERS))})


def listed(answer, header):
    return {name.strip() for name in answer.headers[header].lower().split(",")}


def is_shown_to(answer, origin):
    """Whether a browser shows the answer to a page of that origin, with the headers that clients need."""
    if "Access-Control-Allow-Origin" not in answer.headers:
        return False
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert listed(answer, "Access-Control-Expose-Headers") == {"idempotent-replayed", "retry-after", "x-request-id"}
    assert "origin" in listed(answer, "Vary")
    return True


@pytest.mark.parametrize("path", [PROMOTIONS, "/v2/promotions/x/jobs/y/cancel", "/oauth/access_token"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("https_only", [True, False])
@pytest.mark.usefixtures("shop_may_call")
def test_a_browser_that_asks_first_needs_no_token_and_may_send_what_clients_send(path, method, https_only):
    with override_settings(SECURE_SSL_REDIRECT=https_only):
        answer = preflight(path, method=method)
    assert (answer.status_code, answer.content) == (200, b"")
    assert is_shown_to(answer, SHOP)
    assert listed(answer, "Access-Control-Allow-Headers") == HEADERS
    assert method.lower() in listed(answer, "Access-Control-Allow-Methods")


@pytest.mark.parametrize("origin", ["https://evil.example", "http://shop.example.com", f"{SHOP}.evil.example", "null"])
@pytest.mark.usefixtures("shop_may_call")
def test_no_other_origin_is_let_in(api, origin):
    assert not is_shown_to(preflight(PROMOTIONS, origin), origin)
    assert not is_shown_to(api.get(PROMOTIONS, headers={"Origin": origin}), origin)


def test_without_the_setting_no_origin_is_let_in(api):
    assert not is_shown_to(preflight(PROMOTIONS), SHOP)
    answer = api.get(PROMOTIONS, headers={"Origin": SHOP})
    assert answer.status_code == 200
    assert not is_shown_to(answer, SHOP)


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/", "/files/x", "/static/backoffice/admin.css"])
@pytest.mark.usefixtures("shop_may_call")
def test_only_the_api_is_open_to_other_origins(client, path):
    assert not is_shown_to(preflight(path), SHOP)
    assert not is_shown_to(client.get(path, headers={"Origin": SHOP}), SHOP)


@pytest.mark.usefixtures("shop_may_call")
def test_an_answer_is_shown_and_tells_whether_it_was_given_before(api):
    code = running_code()
    api.credentials(**api._credentials, HTTP_ORIGIN=SHOP)
    answers = [redeem(api, code) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert all(is_shown_to(answer, SHOP) for answer in answers)
    assert answers[1].headers["Idempotent-Replayed"] == "true"


def unauthorised(api, get_token, monkeypatch):
    return APIClient().get(PROMOTIONS, headers={"Origin": SHOP})


def unauthorised_secret(api, get_token, monkeypatch):
    form = {"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}
    return APIClient().post("/oauth/access_token", form, format="json", headers={"Origin": SHOP})


def forbidden(api, get_token, monkeypatch):
    headers = {"Origin": SHOP, "Authorization": f"Bearer {get_token('read')}"}
    return APIClient().post(PROMOTIONS, {}, format="json", headers=headers)


def plain_http(api, get_token, monkeypatch):
    with override_settings(SECURE_SSL_REDIRECT=True):
        return api.post(PROMOTIONS, {}, headers={"Origin": SHOP})


def unknown_address(api, get_token, monkeypatch):
    return api.get("/v2/nonsense", headers={"Origin": SHOP})


def wrong_host(api, get_token, monkeypatch):
    return api.get(PROMOTIONS, headers={"Origin": SHOP, "Host": "evil.example"})


def refused_cancel(api, get_token, monkeypatch):
    job = JobFactory(status="completed")
    return api.post(f"{PROMOTIONS}/{job.promotion.uuid}/jobs/{job.uuid}/cancel", headers={"Origin": SHOP})


def throttled(api, get_token, monkeypatch):
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "client", "1/m")
    api.get(PROMOTIONS)
    return api.get(PROMOTIONS, headers={"Origin": SHOP})


def failing(error):
    def fail(*args, **kwargs):
        raise error

    def answer(api, get_token, monkeypatch):
        monkeypatch.setattr(PromotionList, "get", fail)
        return api.get(PROMOTIONS, headers={"Origin": SHOP})

    return answer


@pytest.mark.parametrize(
    ("answer_of", "status"),
    [
        (wrong_host, 400),
        (unauthorised, 401),
        (unauthorised_secret, 401),
        (forbidden, 403),
        (plain_http, 403),
        (unknown_address, 404),
        (refused_cancel, 422),
        (throttled, 429),
        (failing(RuntimeError("broken")), 500),
        (failing(OperationalError("database is locked")), 503),
    ],
)
@pytest.mark.usefixtures("shop_may_call")
def test_a_page_sees_every_refusal_and_when_to_come_back(api, get_token, monkeypatch, answer_of, status):
    answer = answer_of(api, get_token, monkeypatch)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["status"] == str(status)
    assert is_shown_to(answer, SHOP)
    assert ("Retry-After" in answer.headers) == (status in (429, 503))
