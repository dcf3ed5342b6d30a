"""Exporting codes through the API."""

import hashlib

import pytest
from rest_framework.test import APIClient

from promotions.jobs import runner
from promotions.models import Job, JobType
from promotions.states import Status
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def exported(api):
    """A completed export of one code, started through the API, as its address."""
    promotion = PromotionFactory(code_count=1)
    PromotionCodeFactory(promotion=promotion, code="Summer-1")
    url = f"/v2/promotions/{promotion.uuid}/jobs"
    answer = api.post(url, {"data": {"type": "promotion_job", "job_type": "code_export", "name": "exp"}})
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert "parameters" not in data
    runner.run(Job.objects.get().pk)
    return f"{url}/{data['id']}"


def test_the_link_leads_to_the_file_without_a_token(api, exported):
    answer = api.get(f"{exported}/file")
    assert answer.status_code == 200
    assert list(answer.json()) == ["href", "sha256"]
    href = answer.json()["href"]
    assert href.startswith("http://testserver/")
    assert {"Expires", "Signature", "Key-Pair-Id"} <= {part.split("=")[0] for part in href.split("?")[1].split("&")}
    assert href.split("?")[0].endswith("_codes.csv")
    file = APIClient().get(href)
    assert file.status_code == 200
    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    content = b"".join(file.streaming_content)
    assert hashlib.sha256(content).hexdigest() == answer.json()["sha256"]
    lines = content.decode().splitlines()
    assert lines[0].startswith("code,consume_unit,")
    assert lines[1].startswith("Summer-1,per_cart,")


def test_an_export_from_before_checksums_were_kept_has_none(api, exported):
    Job.objects.update(file_sha256=None)
    assert list(api.get(f"{exported}/file").json()) == ["href"]


def refused(href):
    answer = APIClient().get(href)
    assert answer.headers["Content-Type"] == "application/json"
    return answer.status_code


def test_a_link_that_was_changed_or_has_expired_is_refused(api, exported, settings):
    href = api.get(f"{exported}/file").json()["href"]
    path, query = href.split("?")
    assert refused(path) == 403
    assert refused(f"{path}x?{query}") == 403
    assert refused(href.replace("Expires=", "Expires=9")) == 403
    assert refused(f"/files/../../.env?{query}") in (403, 404)
    settings.PROMOTIONS_LINK_SECONDS = -1
    assert refused(api.get(f"{exported}/file").json()["href"]) == 403


def test_a_file_that_has_gone_is_not_found(api, exported, tmp_path):
    href = api.get(f"{exported}/file").json()["href"]
    for path in tmp_path.rglob("*.csv"):
        path.unlink()
    assert refused(href) == 404


@pytest.mark.parametrize("job_type", [JobType.CODE_EXPORT, JobType.CODE_GENERATE])
@pytest.mark.parametrize("status", [Status.PROCESSING, Status.CANCELLED, Status.COMPLETED])
def test_a_job_without_a_file_says_so(api, job_type, status):
    number = 5 if job_type == JobType.CODE_GENERATE else None
    job = JobFactory(job_type=job_type, status=status, number_of_codes=number, generated=0 if number is None else 5,
                     deleted=5 if number and status == Status.CANCELLED else 0)  # fmt: skip
    answer = api.get(f"/v2/promotions/{job.promotion.uuid}/jobs/{job.uuid}/file")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "status": "422",
            "title": "Unprocessable Entity",
            "detail": f"Job has no file to download. Job status: {status}",
        }
    ]


def test_an_export_of_an_automatic_promotion_is_allowed_and_one_job_at_a_time_holds_for_it(api):
    url = f"/v2/promotions/{PromotionFactory(automatic=True).uuid}/jobs"
    body = {"type": "promotion_job", "job_type": "code_export"}
    assert api.post(url, body).status_code == 201
    assert api.post(url, body).json()["errors"][0]["title"] == "Too many jobs"


@pytest.mark.parametrize(
    ("values", "progress"),
    [
        ({"generated": 40}, {"done": 40, "total": 100, "fraction": 0.4}),
        (
            {"job_type": JobType.CODE_EXPORT, "number_of_codes": None, "exported": 5},
            {"done": 5, "total": 20, "fraction": 0.25},
        ),
    ],
)
def test_a_running_job_tells_its_progress(api, values, progress):
    if values.get("exported"):
        values["promotion"] = PromotionFactory(code_count=20)
    job = JobFactory(status=Status.PROCESSING, **values)
    answer = api.get(f"/v2/promotions/{job.promotion.uuid}/jobs/{job.uuid}").json()["data"]
    assert answer["meta"]["progress"] == progress
