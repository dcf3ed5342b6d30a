"""Downloading the file of a finished export in the admin."""

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from promotions.jobs import runner
from promotions.models import JobType
from promotions.states import Status
from tests.factories import JobFactory, PromotionCodeFactory

LIST = "/admin/promotions/job/"


@pytest.fixture
def export(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    job = JobFactory(job_type=JobType.CODE_EXPORT, number_of_codes=None)
    PromotionCodeFactory(promotion=job.promotion, code="SUMMER")
    runner.run(job.pk)
    job.refresh_from_db()
    return job


def download(job):
    return f"{LIST}{job.pk}/download/"


def test_the_page_of_a_finished_export_leads_to_its_file(log_in, export):
    client = log_in("view_job", "view_promotioncode")
    assert f'href="{download(export)}"' in client.get(f"{LIST}{export.pk}/change/").content.decode()
    answer = client.get(download(export))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert b"SUMMER" in b"".join(answer.streaming_content)


@pytest.mark.parametrize("permissions", [["view_job"], ["view_promotioncode"], ["view_job", "cancel_job"]])
def test_who_may_not_see_jobs_and_codes_does_not_get_the_file(log_in, export, permissions):
    assert log_in(*permissions).get(download(export)).status_code == 403


def test_without_a_session_the_login_page_comes_first(export):
    assert Client().get(download(export)).url.startswith("/admin/login/")


def test_a_job_without_a_file_has_nothing_to_download(log_in, export):
    client = log_in("view_job", "view_promotioncode")
    other = JobFactory(status=Status.COMPLETED)
    assert "/download/" not in client.get(f"{LIST}{other.pk}/change/").content.decode()
    assert client.get(download(other)).status_code == 404
    default_storage.delete(export.file)
    assert client.get(download(export)).status_code == 404
