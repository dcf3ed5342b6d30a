"""Requests that are too large or too deep are refused early, and never break anything."""

import json

import pytest
from rest_framework.test import APIClient

from promotions.api.envelope import DEEPEST
from promotions.models import Job, Promotion
from promotions.states import Status
from tests.factories import JobFactory, PromotionFactory

MOST = 100_000


@pytest.fixture
def most(settings):
    """The most bytes that a body may have here."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = MOST
    return MOST


def padded(body, length):
    """`body` as JSON of exactly so many bytes."""
    text = json.dumps(body)
    return text + " " * (length - len(text))


@pytest.mark.parametrize("path", ["/v2/promotions", "/v2/promotions/", "/v2/nonsense", "/oauth/access_token"])
@pytest.mark.parametrize(
    "content_type", ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_a_body_that_is_too_large_is_413_in_the_envelope_whoever_sends_it(db, most, path, content_type):
    answer = APIClient().generic("POST", path, b"x" * (most + 1), content_type=content_type)
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/json"
    [fault] = answer.json()["errors"]
    assert fault == {
        "status": "413",
        "title": "Content Too Large",
        "detail": f"The body must have at most {most} bytes",
    }


def test_the_largest_body_that_is_allowed_is_read(api, most):
    job = JobFactory(status=Status.PENDING)
    url = f"/v2/promotions/{job.promotion.uuid}/jobs/{job.uuid}/cancel"
    too_large = api.generic("POST", url, padded({"reason": "why"}, most + 1), content_type="application/json")
    assert (too_large.status_code, Job.objects.get().status) == (413, "pending")
    assert api.generic("POST", url, padded({"reason": "why"}, most), content_type="application/json").status_code == 200


def test_a_thousand_codes_of_the_longest_texts_are_not_too_large(api):
    promotion = PromotionFactory()
    codes = [{"code": f"{number:0>100}", "user": "\u20ac" * 255} for number in range(1000)]
    answer = api.post(f"/v2/promotions/{promotion.uuid}/codes", {"type": "promotion_codes", "codes": codes})
    assert answer.status_code == 201


@pytest.mark.parametrize("length", ["-1", "1e9", "x", ""])
def test_a_length_that_is_no_number_is_no_fault_of_ours(api, length):
    answer = api.generic("POST", "/v2/promotions", b"{}", content_type="application/json", CONTENT_LENGTH=length)
    assert answer.status_code == 400


def test_a_form_of_the_admin_that_is_too_large_or_has_too_many_fields_is_refused(admin_client, most):
    url = "/admin/promotions/promotion/add/?promotion_type=fixed_discount"
    assert admin_client.post(url, {"name": "x" * (most - 1000)}).status_code == 200
    assert admin_client.post(url, {"name": "x" * most}).status_code == 400
    form = "application/x-www-form-urlencoded"
    assert admin_client.post(url, "name=" + "x" * most, content_type=form).status_code == 400
    assert admin_client.post(url, {"name": ["x"] * 1001}).status_code == 400
    assert not Promotion.objects.exists()


def nested(levels, kind):
    text = {"lists": "[" * levels + "]" * levels, "objects": '{"a":' * levels + "1" + "}" * levels}[kind]
    return f'{{"data": {{"type": "promotion", "schema": {text}, "name": {text}, "unknown": {text}}}}}'


@pytest.mark.parametrize("kind", ["lists", "objects"])
@pytest.mark.parametrize("levels", [DEEPEST, 100, 300, *range(900, 1000, 7), 5_000, 50_000])
def test_a_body_that_is_nested_too_deeply_is_400(api, levels, kind):
    answer = api.generic("POST", "/v2/promotions", nested(levels, kind), content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["detail"] == "JSON parse error - nested too deeply"


@pytest.mark.parametrize("kind", ["lists", "objects"])
def test_a_body_that_is_deep_enough_for_everyone_is_read(api, kind):
    answer = api.generic("POST", "/v2/promotions", nested(DEEPEST - 2, kind), content_type="application/json")
    assert answer.status_code == 400
    assert "data.name" in {fault.get("source") for fault in answer.json()["errors"]}


@pytest.mark.parametrize("levels", [10, *range(900, 1000, 7), 50_000])
def test_deep_credentials_are_no_fault_of_ours(db, levels):
    body = f'{{"client_id": {"[" * levels}{"]" * levels}, "grant_type": "client_credentials"}}'
    answer = APIClient().generic("POST", "/oauth/access_token", body, content_type="application/json")
    assert answer.status_code in (400, 401)
    assert "errors" in answer.json()


@pytest.mark.parametrize("number", ["9" * 5_000, "1e999", "-1e999", "NaN", "Infinity", "1" + "0" * 400])
@pytest.mark.parametrize("field", ["max_applications_per_cart", "name", "schema"])
def test_numbers_that_nothing_can_hold_are_refused(api, number, field):
    body = f'{{"data": {{"type": "promotion", "{field}": {number}}}}}'
    answer = api.generic("POST", "/v2/promotions", body, content_type="application/json")
    assert answer.status_code == 400


def test_fields_that_are_not_a_clients_to_set_are_left_alone(api):
    """Mass assignment: what is no field of the request's schema is never written."""
    body = {
        "type": "promotion",
        "name": "Summer",
        "description": "d",
        "enabled": True,
        "promotion_type": "fixed_discount",
        "schema": {"currencies": [{"currency": "USD", "amount": 1}]},
        "start": "2026-01-01",
        "end": "2026-02-01",
        "code_count": 99,
        "created_by": "someone else",
        "deleted_at": "2026-01-01",
        "uuid": "00000000-0000-4000-8000-000000000000",
        "pk": 7,
    }
    assert api.post("/v2/promotions", body).status_code == 201
    promotion = Promotion.objects.get()
    assert (promotion.code_count, promotion.created_by, promotion.deleted_at) == (0, "The shop", None)
    assert str(promotion.uuid) != body["uuid"]

    wish = {"type": "promotion_job", "job_type": "code_generate", "parameters": {"number_of_codes": 1}}
    forged = {"status": "completed", "lease_token": 9, "generated": 1, "file": "/etc/passwd", "created_by": "x"}
    assert api.post(f"/v2/promotions/{promotion.uuid}/jobs", wish | forged).status_code == 201
    job = Job.objects.get()
    assert (job.status, job.lease_token, job.generated, job.file) == ("pending", 0, 0, "")
    assert job.created_by == "The shop"
