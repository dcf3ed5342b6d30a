"""Exports in a storage that speaks S3: there whole or not at all, had by its own links, removed like others."""

from datetime import timedelta

import pytest
import requests
from django.conf import settings as project
from django.db.models.functions import Now

from promotions.jobs import export, lifecycle, runner
from promotions.jobs.create import create_job
from promotions.models import Job, JobType
from promotions.states import Status
from tests.deploy import s3
from tests.factories import PromotionCodeFactory, PromotionFactory
from tests.processes import free_port

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture(scope="module")
def server():
    with s3.served() as endpoint:
        yield endpoint


def use(settings, endpoint):
    storage = {"BACKEND": "backoffice.storage.s3.S3", "OPTIONS": s3.options(endpoint)}
    settings.STORAGES = project.STORAGES | {"default": storage}


@pytest.fixture
def endpoint(server, settings):
    """The endpoint of the storage in use; its bucket is empty."""
    for key in s3.keys(server):
        s3.client(server).delete_object(Bucket=s3.BUCKET, Key=key)
    use(settings, server)
    return server


@pytest.fixture
def job():
    """An export of one code that waits for its worker."""
    promotion = PromotionFactory(code_count=1)
    PromotionCodeFactory(promotion=promotion, code="Summer-1")
    return create_job(promotion, JobType.CODE_EXPORT)


def link_of(api, job):
    return api.get(f"/v2/promotions/{job.promotion.uuid}/jobs/{job.uuid}/file")


def test_an_export_is_had_by_a_link_that_the_storage_signs(api, endpoint, job, settings):
    settings.PROMOTIONS_LINK_SECONDS = 77
    use(settings, endpoint)
    runner.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.error) == (Status.COMPLETED, "")
    assert s3.keys(endpoint) == [job.file]
    href = link_of(api, job).json()["href"]
    assert href.startswith(f"{endpoint}/{s3.BUCKET}/exports/{job.uuid}/")
    assert "X-Amz-Expires=77" in href
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in href
    file = requests.get(href, timeout=10)
    assert file.status_code == 200
    assert file.text.splitlines()[1].startswith("Summer-1,")
    assert file.headers["Content-Disposition"] == f'attachment; filename="{job.file.rpartition("/")[2]}"'


def test_an_export_that_takes_long_to_store_keeps_its_job(endpoint, job, monkeypatch):
    monkeypatch.setattr(export.Renewing, "EVERY", 0)
    renewed = []
    monkeypatch.setattr(lifecycle, "renew", lambda job, exported: renewed.append(exported))
    runner.run(job.pk)
    job.refresh_from_db()
    assert job.status == Status.COMPLETED
    # Once by the batch, then by what read the file to send it.
    assert len(renewed) > 1


def test_a_job_that_is_cancelled_while_its_file_is_stored_leaves_none(endpoint, job, monkeypatch):
    monkeypatch.setattr(export.Renewing, "EVERY", 0)
    read = export.Renewing.read

    def cancelled_meanwhile(self, *size):
        Job.objects.filter(pk=job.pk, status=Status.PROCESSING).first() and Job.objects.get(pk=job.pk).cancel()
        return read(self, *size)

    monkeypatch.setattr(export.Renewing, "read", cancelled_meanwhile)
    runner.run(job.pk)
    job.refresh_from_db()
    assert job.status == Status.CANCELLED
    assert s3.keys(endpoint) == []


def test_files_that_have_expired_or_that_no_job_refers_to_are_removed(endpoint, job):
    runner.run(job.pk)
    job.refresh_from_db()
    left = f"exports/{job.uuid}/99/left.csv"
    s3.client(endpoint).put_object(Bucket=s3.BUCKET, Key=left, Body=b"x")
    assert export.collect() == 1
    assert s3.keys(endpoint) == [job.file]
    Job.objects.update(finished_at=Now() - timedelta(days=8))
    assert export.collect() == 1
    assert s3.keys(endpoint) == []


def test_a_file_that_has_gone_from_the_bucket_is_not_found(api, endpoint, job):
    runner.run(job.pk)
    job.refresh_from_db()
    s3.client(endpoint).delete_object(Bucket=s3.BUCKET, Key=job.file)
    answer = link_of(api, job)
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["detail"] == "file not found"


def test_while_the_storage_is_away_an_export_fails_and_says_so_and_links_are_to_be_asked_for_again(
    api, endpoint, job, settings
):
    runner.run(job.pk)
    use(settings, f"http://127.0.0.1:{free_port()}")
    answer = link_of(api, job)
    assert answer.status_code == 503
    assert answer.json()["errors"][0]["detail"] == "The stored files cannot be reached, try again"
    with pytest.raises(OSError, match="the storage failed"):
        export.collect()
    second = create_job(job.promotion, JobType.CODE_EXPORT)
    runner.run(second.pk)
    second.refresh_from_db()
    assert second.status == Status.FAILED
    assert second.error.startswith("the file could not be written: the storage failed: Could not connect")
