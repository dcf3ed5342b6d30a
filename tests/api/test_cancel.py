"""The endpoint that the product exists for."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from oauth2_provider.models import get_access_token_model
from rest_framework.test import APIClient

from promotions.models import Job
from promotions.states import Status
from tests.factories import JobFactory, PromotionFactory

pytestmark = pytest.mark.django_db

REFUSED = {
    "errors": [
        {
            "status": "422",
            "title": "Unprocessable Entity",
            "detail": "Only pending or processing jobs can be cancelled",
        }
    ]
}


def url(job, promotion_id=None, job_id=None):
    return f"/v2/promotions/{promotion_id or job.promotion.uuid}/jobs/{job_id or job.uuid}/cancel"


def not_found(what):
    return {"errors": [{"status": "404", "title": "Not Found", "detail": f"{what} not found"}]}


def test_cancelling_a_pending_job_makes_it_cancelled(api):
    job = JobFactory(
        name="Test cancel job",
        consume_unit="per_cart",
        max_uses_per_code=1,
        code_length=10,
        code_prefix="Summer-",
    )
    answer = api.post(url(job))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    data = answer.json()["data"]
    timestamps = data.pop("meta")["timestamps"]
    assert data == {
        "type": "promotion_job",
        "id": str(job.uuid),
        "promotion_id": str(job.promotion.uuid),
        "job_type": "code_generate",
        "name": "Test cancel job",
        "parameters": {
            "number_of_codes": 100,
            "consume_unit": "per_cart",
            "max_uses_per_code": 1,
            "code_length": 10,
            "code_prefix": "Summer-",
        },
        "status": "cancelled",
    }
    assert list(data) == ["type", "id", "promotion_id", "job_type", "name", "parameters", "status"]
    assert timestamps["created_at"] < timestamps["updated_at"]
    assert timestamps["updated_at"].endswith("Z")


def test_cancelling_a_processing_job_makes_it_cancelling_and_tells_what_was_generated(api):
    job = JobFactory(status=Status.PROCESSING, generated=40)
    data = api.post(url(job)).json()["data"]
    assert data["status"] == "cancelling"
    assert data["result"] == {"generated": 40, "deleted": 0}


@pytest.mark.parametrize("status", [Status.CANCELLING, Status.CANCELLED, Status.FAILED, Status.COMPLETED])
def test_cancelling_a_job_in_another_state_is_refused_and_changes_nothing(api, status):
    job = JobFactory(status=status)
    before = Job.objects.values().get()
    answer = api.post(url(job))
    assert answer.status_code == 422
    assert answer.json() == REFUSED
    assert Job.objects.values().get() == before


def test_who_cancelled_when_and_why_is_kept(api):
    job = JobFactory()
    assert api.post(url(job), {"data": {"reason": "Wrong prefix"}}).status_code == 200
    job.refresh_from_db()
    assert (job.cancelled_by, job.cancel_reason) == ("The shop", "Wrong prefix")
    assert timezone.now() - job.cancel_requested_at < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", None),
        (b"", "application/json"),
        (b"{}", "application/json"),
        (b'{"data":{}}', "application/json"),
        (b'{"data":{}}', "application/vnd.api+json"),
        (b"{}", "application/x-www-form-urlencoded"),
        (b"{}", "multipart/form-data"),
    ],
)
@pytest.mark.parametrize("slash", ["", "/"])
def test_all_bodies_and_both_slash_forms_work(api, body, content_type, slash):
    job = JobFactory()
    headers = {"CONTENT_TYPE": content_type} if content_type else {}
    answer = api.generic("POST", url(job) + slash, body, content_type=content_type or "", **headers)
    assert answer.status_code == 200, answer.content
    assert answer.json()["data"]["status"] == "cancelled"


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[1]", b'{"data":[]}', b'{"data":{"reason":5}}', b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused_and_cancels_nothing(api, body):
    job = JobFactory()
    answer = api.generic("POST", url(job), body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["status"] == "400"
    job.refresh_from_db()
    assert job.status == Status.PENDING


def test_an_unknown_promotion_is_not_found(api):
    answer = api.post(url(JobFactory(), promotion_id=uuid.uuid4()))
    assert (answer.status_code, answer.json()) == (404, not_found("promotion"))


def test_an_unknown_job_is_not_found(api):
    answer = api.post(url(JobFactory(), job_id=uuid.uuid4()))
    assert (answer.status_code, answer.json()) == (404, not_found("job"))


def test_a_job_of_another_promotion_is_not_found_and_goes_on(api):
    job = JobFactory()
    answer = api.post(url(job, promotion_id=PromotionFactory().uuid))
    assert (answer.status_code, answer.json()) == (404, not_found("job"))
    job.refresh_from_db()
    assert job.status == Status.PENDING


@pytest.mark.parametrize("bad", ["17", "not-a-uuid", "%00", "%F0%9F%8D%95", "' OR 1=1", "x" * 5000])
def test_an_id_that_is_no_uuid_is_not_found(api, bad):
    job = JobFactory()
    assert api.post(url(job, job_id=bad)).json() == not_found("job")
    assert api.post(url(job, promotion_id=bad)).json() == not_found("promotion")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_other_methods_are_not_allowed(api, method):
    job = JobFactory()
    answer = api.generic(method, url(job))
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert answer.json()["errors"][0]["title"] == "Method Not Allowed"
    job.refresh_from_db()
    assert job.status == Status.PENDING


@pytest.mark.parametrize("header", [None, "Bearer nonsense", "Basic eDp5", "Bearer ", "nonsense", "Bearer \xe4"])
def test_no_token_or_a_bad_one_is_unauthorised(header, db):
    client = APIClient()
    if header:
        client.credentials(HTTP_AUTHORIZATION=header)
    job = JobFactory()
    answer = client.post(url(job))
    assert answer.status_code == 401
    assert answer.json() == {"errors": [{"status": "401", "title": "Unable to validate access token"}]}
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    job.refresh_from_db()
    assert job.status == Status.PENDING


def test_an_expired_token_is_unauthorised(api):
    get_access_token_model().objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert api.post(url(JobFactory())).status_code == 401


def test_a_token_in_the_query_is_not_taken(get_token):
    assert APIClient().post(f"{url(JobFactory())}?access_token={get_token()}").status_code == 401


def test_a_token_without_write_is_forbidden(get_token):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {get_token('read')}")
    job = JobFactory()
    answer = client.post(url(job))
    assert answer.status_code == 403
    assert answer.json() == {"errors": [{"status": "403", "title": "Forbidden"}]}
    job.refresh_from_db()
    assert job.status == Status.PENDING


def test_a_cancel_costs_at_most_six_queries(api, django_assert_max_num_queries):
    address = url(JobFactory())
    with django_assert_max_num_queries(6):
        api.post(address)


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_address_of_rule_promotions_cancels_too_and_tells_the_id_by_its_name_there(api, slash):
    job = JobFactory()
    address = url(job).replace("/promotions/", "/rule-promotions/") + slash
    answer = api.post(address)
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert data["rule_promotion_id"] == data["promotion_id"] == str(job.promotion.uuid)
    assert data["status"] == "cancelled"
    refused = api.post(address)
    assert (refused.status_code, refused.json()) == (422, REFUSED)
    unknown = api.post(f"/v2/rule-promotions/{uuid.uuid4()}/jobs/{job.uuid}/cancel")
    assert (unknown.status_code, unknown.json()) == (404, not_found("promotion"))
