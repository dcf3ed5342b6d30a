"""Limits: who is counted for what, what the refusal says, and that nobody escapes them or suffers for others."""

from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.test import override_settings
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from promotions.models import IdempotencyKey, PromotionCode, Usage
from tests.api.test_usages import redeem, running_code
from tests.factories import ApiClientFactory, PromotionCodeFactory

pytestmark = pytest.mark.django_db

PROMOTIONS = "/v2/promotions"
UNKNOWN = PromotionCodeFactory.build(code="GUESS")


@pytest.fixture
def limit(monkeypatch):
    """Sets a rate for one test: `limit("client", "3/m")`."""
    return lambda scope, rate: monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, scope, rate)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The time by which is counted; it stands still until `clock.now` is changed."""

    class Clock:
        now = 1_800_000_000.0

    monkeypatch.setattr(SimpleRateThrottle, "timer", staticmethod(lambda: Clock.now))
    return Clock


@pytest.fixture
def other_api(api):
    """A client of the API like `api`, but for another system with an id of its own."""
    secret = "only for tests"
    other = ApiClientFactory(name="The warehouse", client_secret=secret)
    token = ask(other, secret).json()["access_token"]
    client = APIClient()
    client.default_format = "json"
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def ask(client, secret, **headers):
    form = f"grant_type=client_credentials&client_id={client.client_id}&client_secret={secret}"
    return APIClient().post(
        "/oauth/access_token", form, content_type="application/x-www-form-urlencoded", headers=headers
    )


def statuses(request, times):
    return [request().status_code for _ in range(times)]


def refused(answer):
    """Whether the answer refuses for too many requests, in the envelope and with a time to come back."""
    if answer.status_code != 429:
        return False
    seconds = int(answer.headers["Retry-After"])
    detail = f"Request was throttled. Expected available in {seconds} second{'s' * (seconds != 1)}."
    assert answer.json() == {"errors": [{"status": "429", "title": "Too Many Requests", "detail": detail}]}
    return True


def test_a_client_is_not_limited_unless_a_setting_says_so(api):
    assert statuses(lambda: api.get(PROMOTIONS), 200) == [200] * 200


def test_a_client_that_asks_too_often_is_told_in_whole_seconds_when_to_come_back(api, limit, clock):
    limit("client", "3/m")
    for _ in range(3):
        assert api.get(PROMOTIONS).status_code == 200
        clock.now += 0.25
    answer = api.get(PROMOTIONS)
    assert refused(answer)
    # 59.25 seconds are left: 59 would be too early.
    assert answer.headers["Retry-After"] == "60"
    clock.now += 59
    assert refused(api.get(PROMOTIONS))
    clock.now += 1
    assert api.get(PROMOTIONS).status_code == 200


def test_every_request_of_a_client_counts_whatever_its_token_and_address(api, get_token, limit):
    limit("client", "3/m")
    again = APIClient(REMOTE_ADDR="198.51.100.7")
    again.credentials(HTTP_AUTHORIZATION=f"Bearer {get_token()}")
    statuses = [api.get(PROMOTIONS), again.get(PROMOTIONS), api.post(PROMOTIONS, {}), again.get(PROMOTIONS)]
    assert [answer.status_code for answer in statuses] == [200, 200, 400, 429]


def test_the_limit_of_one_client_leaves_others_alone(api, other_api, limit):
    limit("client", "2/m")
    assert statuses(lambda: api.get(PROMOTIONS), 3) == [200, 200, 429]
    assert statuses(lambda: other_api.get(PROMOTIONS), 3) == [200, 200, 429]


def test_who_has_no_token_is_refused_for_that_and_uses_up_no_limit(api, limit):
    limit("client", "2/m")
    assert statuses(lambda: APIClient().get(PROMOTIONS), 5) == [401] * 5
    assert api.get(PROMOTIONS).status_code == 200


def test_one_address_can_try_thirty_secrets_a_minute_and_then_not_even_the_right_one(api_client_secret, clock):
    client, secret = api_client_secret
    assert statuses(lambda: ask(client, "wrong"), 30) == [401] * 30
    assert refused(ask(client, secret))
    clock.now += 60
    assert ask(client, secret).status_code == 200


def test_another_address_still_gets_its_token(api_client_secret, limit):
    limit("token", "1/m")
    form = {"grant_type": "client_credentials"}
    for address in ("198.51.100.7", "198.51.100.8", "2001:db8::7"):
        client = APIClient(REMOTE_ADDR=address)
        assert statuses(lambda client=client: client.post("/oauth/access_token", form, format="json"), 2) == [401, 429]
    assert ask(*api_client_secret).status_code == 200


def test_a_forged_address_does_not_escape_the_limit(api_client_secret, limit):
    limit("token", "2/m")
    answers = [ask(*api_client_secret, **{"X-Forwarded-For": f"198.51.100.{n}"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


@pytest.mark.parametrize(("proxies", "behind"), [(1, ""), (2, ", 192.0.2.1")])
def test_behind_proxies_only_the_address_that_they_saw_counts(api_client_secret, limit, proxies, behind):
    limit("token", "2/m")

    def from_address(address, forged):
        return ask(*api_client_secret, **{"X-Forwarded-For": f"{forged}{address}{behind}"}).status_code

    with override_settings(REST_FRAMEWORK=settings.REST_FRAMEWORK | {"NUM_PROXIES": proxies}):
        assert [from_address("203.0.113.7", f"198.51.100.{n}, ") for n in range(3)] == [200, 200, 429]
        assert from_address("203.0.113.7", "") == 429
        assert from_address("203.0.113.8", "203.0.113.7, ") == 200


def test_too_many_unknown_codes_close_redeeming_for_their_client_alone(api, other_api, limit, clock):
    limit("unknown_code", "3/m")
    code = running_code(uses=9, max_uses=9)
    assert [redeem(api, UNKNOWN, f"guess-{n}").status_code for n in range(3)] == [404] * 3
    assert refused(redeem(api, UNKNOWN, "guess-4"))
    assert refused(redeem(api, code, "good"))
    assert redeem(other_api, code, "good").status_code == 201
    assert api.get(PROMOTIONS).status_code == 200
    clock.now += 60
    assert redeem(api, code, "good").status_code == 201


def test_three_hundred_unknown_codes_a_minute_are_no_guessing(api, limit):
    assert SimpleRateThrottle.THROTTLE_RATES["unknown_code"] == "300/m"
    assert {redeem(api, UNKNOWN, f"guess-{n}").status_code for n in range(300)} == {404}
    assert refused(redeem(api, UNKNOWN, "guess-301"))


def test_only_codes_that_are_not_there_count(api, limit):
    limit("unknown_code", "1/m")
    code, used_up = running_code(), running_code(uses=0, max_uses=0)
    assert [redeem(api, code, f"good-{n}").status_code for n in range(3)] == [201] * 3
    assert [redeem(api, used_up, f"used-up-{n}").status_code for n in range(3)] == [422] * 3
    assert [redeem(api, code, key="").status_code, redeem(api, code, "bad", order_id=5).status_code] == [400, 400]
    assert redeem(api, UNKNOWN, "guess").status_code == 404
    assert refused(redeem(api, code, "good-4"))


def test_repeating_a_request_is_no_second_guess(api, limit):
    limit("unknown_code", "2/m")
    answers = [redeem(api, UNKNOWN, "the-same") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert all("Idempotent-Replayed" in answer.headers for answer in answers[1:])


@pytest.mark.parametrize("scope", ["client", "unknown_code"])
def test_a_refused_redemption_leaves_its_key_for_the_next_try(api, limit, clock, scope):
    limit(scope, "1/m")
    code = running_code(uses=1, max_uses=1)
    assert redeem(api, UNKNOWN, "guess").status_code == 404
    assert refused(redeem(api, code, "good"))
    assert not IdempotencyKey.objects.filter(key="good").exists()
    assert not Usage.objects.exists()
    clock.now += 60
    answer = redeem(api, code, "good")
    assert (answer.status_code, "Idempotent-Replayed" in answer.headers) == (201, False)
    assert PromotionCode.objects.get(pk=code.pk).uses == 0


@pytest.mark.parametrize(
    ("scope", "request_of", "status"),
    [
        ("client", lambda api, secret: api.get(PROMOTIONS), 200),
        ("token", lambda api, secret: ask(*secret), 200),
        ("unknown_code", lambda api, secret: redeem(api, UNKNOWN, str(uuid4())), 404),
    ],
)
def test_a_limit_can_be_switched_off(api, api_client_secret, limit, scope, request_of, status):
    limit(scope, "1/m")
    assert 429 in statuses(lambda: request_of(api, api_client_secret), 2)
    limit(scope, None)
    assert statuses(lambda: request_of(api, api_client_secret), 5) == [status] * 5


def test_machines_that_share_a_database_can_count_in_it(api, limit):
    limit("client", "2/m")
    shared = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "limits"}
    with override_settings(CACHES={"default": shared}):
        call_command("createcachetable")
        assert statuses(lambda: api.get(PROMOTIONS), 2) == [200, 200]
        del caches["default"]  # as another process has nothing in its memory
        assert refused(api.get(PROMOTIONS))
