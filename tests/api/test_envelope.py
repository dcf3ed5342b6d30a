"""Whatever goes wrong, what leaves the API is JSON in the envelope."""

import pytest
from django.db import OperationalError
from django.test import override_settings
from rest_framework.test import APIClient

from promotions.models import Promotion
from tests.factories import PromotionFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("path", ["/v2", "/v2/", "/v2/nonsense", "/v2/promotions/x/jobs/y/nonsense/z", "/oauth/x"])
def test_an_unknown_address_is_not_found(path, debug):
    with override_settings(DEBUG=debug):
        answer = APIClient().get(path)
    assert answer.status_code == 404
    assert answer.json() == {"errors": [{"status": "404", "title": "Not Found", "detail": "endpoint not found"}]}


def test_a_fault_of_our_own_tells_only_an_id_that_is_in_the_log(api, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise RuntimeError("the secret is xyzzy")

    monkeypatch.setattr(Promotion.objects, "present", broken)
    answer = api.get("/v2/promotions")
    fault = answer.json()["errors"][0]
    assert (answer.status_code, fault["status"], fault["title"]) == (500, "500", "Internal Server Error")
    assert "xyzzy" not in answer.content.decode()
    assert fault["request_id"] in caplog.text


def test_a_busy_database_is_a_503_that_says_when_to_come_back(api, monkeypatch):
    def busy(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr(Promotion.objects, "present", busy)
    answer = api.get("/v2/promotions")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"


def test_another_host_gets_json_too():
    answer = APIClient().get("/v2/promotions", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["title"] == "Bad Request"


@override_settings(SECURE_SSL_REDIRECT=True)
def test_plain_http_is_refused_and_not_redirected_where_https_is_a_must():
    answer = APIClient().post("/v2/promotions")
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["detail"] == "Use https://"


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/vnd.api+json", "nonsense"])
def test_the_answer_is_json_whatever_is_accepted(api, accept):
    answer = api.get("/v2/promotions", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("content_type", ["application/xml", "multipart/form-data", "multipart/form-data; boundary=a"])
def test_another_content_type_is_refused(api, content_type):
    answer = api.generic("POST", "/v2/promotions", b"<a/>", content_type=content_type)
    assert answer.status_code == 415
    assert answer.json()["errors"][0]["title"] == "Unsupported Media Type"


PROMOTION = {
    "type": "promotion",
    "name": "Summer",
    "description": "Ten off",
    "enabled": True,
    "promotion_type": "fixed_discount",
    "schema": {"currencies": [{"currency": "USD", "amount": 1000}]},
    "start": "2026-06-01",
    "end": "2026-08-31 23:59",
}


@pytest.mark.parametrize("wrap", [lambda body: {"data": body}, lambda body: body])
def test_a_promotion_is_created_read_and_listed(api, wrap):
    answer = api.post("/v2/promotions", wrap(PROMOTION | {"id": "", "min_cart_value": None}))
    assert answer.status_code == 201, answer.content
    data = answer.json()["data"]
    assert data["start"] == "2026-06-01T00:00:00Z"
    assert data["end"] == "2026-08-31T23:59:00Z"
    assert data["created_by"] == "The shop"
    assert "min_cart_value" not in data
    assert api.get(f"/v2/promotions/{data['id']}").json()["data"] == data
    assert api.get("/v2/promotions").json()["data"] == [data]


@pytest.mark.parametrize(
    ("change", "source", "title"),
    [
        ({"end": "2026-05-31"}, "data", "end_before_start"),
        ({"start": "yesterday"}, "data.start", "format"),
        ({"start": "2026-02-30"}, "data.start", "format"),
        ({"start": "0001-01-01T00:00:00+14:00"}, "data.start", "format"),
        ({"promotion_type": "free"}, "data.promotion_type", "enum"),
        ({"enabled": "yes"}, "data.enabled", "invalid_type"),
        ({"schema": []}, "data.schema", "invalid_type"),
        ({"name": ""}, "data.name", "string_gte"),
        ({"name": None}, "data.name", "invalid_type"),
        ({"name": "a\u0000b"}, "data.name", "pattern"),
        ({"type": "coupon"}, "data.type", "enum"),
    ],
)
def test_a_promotion_that_cannot_be_is_refused_at_the_place_of_the_fault(api, change, source, title):
    answer = api.post("/v2/promotions", PROMOTION | change)
    assert answer.status_code == 400
    [fault] = answer.json()["errors"]
    assert (fault["source"], fault["title"]) == (source, title)
    assert not Promotion.objects.exists()


def test_a_promotion_that_is_not_there_is_not_found(api):
    PromotionFactory()
    assert api.get("/v2/promotions/17").json()["errors"][0]["detail"] == "promotion not found"


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=x", "text/plain"])
def test_a_body_that_is_not_json_is_415_whatever_is_wrong_with_it(api, content_type):
    answer = api.generic("POST", "/v2/promotions", b"--nonsense", content_type=content_type)
    assert answer.status_code == 415
    assert answer.json()["errors"][0]["title"] == "Unsupported Media Type"


def test_what_is_wrong_with_a_token_is_told_in_the_header(api):
    api.credentials(HTTP_AUTHORIZATION="Bearer nonsense")
    answer = api.get("/v2/promotions")
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
