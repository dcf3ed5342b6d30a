"""Retrying jobs in the admin."""

import pytest

from promotions.models import AuditEntry, Job
from promotions.states import Status
from tests.factories import JobFactory

LIST = "/admin/promotions/job/"


def page(job):
    return f"{LIST}{job.pk}/retry/"


@pytest.fixture
def failed(db):
    return JobFactory(name="Letters", status=Status.FAILED, code_prefix="MAY")


def test_the_page_asks_first_and_shows_what_will_be_started(staff, failed):
    text = staff.get(page(failed)).content.decode()
    assert all(part in text for part in ["Letters", "MAY", "Start again", f'href="{LIST}{failed.pk}/change/"'])
    assert Job.objects.count() == 1


def test_once_confirmed_a_new_job_is_started_and_led_to(staff, failed, messages_of):
    answer = staff.post(page(failed))
    new = Job.objects.exclude(pk=failed.pk).get()
    assert answer.url == f"{LIST}{new.pk}/change/"
    assert "Started again: Letters" in messages_of(answer)["success"]
    assert (new.created_by, new.code_prefix) == ("ann", "MAY")
    assert AuditEntry.objects.get(job=new).door == "admin"


def test_what_refuses_it_is_told_and_nothing_is_started(staff, failed, messages_of):
    JobFactory(promotion=failed.promotion)
    answer = staff.post(page(failed))
    assert answer.url == f"{LIST}{failed.pk}/change/"
    assert "Only 1 pending or processing job is allowed per promotion." in messages_of(answer)["error"]
    assert Job.objects.count() == 2


def test_a_job_that_has_not_failed_is_refused_before_and_after(staff, messages_of):
    job = JobFactory(status=Status.COMPLETED)
    text = staff.get(page(job)).content.decode()
    assert "Only failed or cancelled jobs can be retried" in text
    assert "Start again" not in text
    assert "can be retried" in messages_of(staff.post(page(job)))["error"]
    assert Job.objects.count() == 1


@pytest.mark.parametrize("permissions", [["view_job"], ["add_job"], ["view_job", "cancel_job"]])
def test_without_the_permissions_nothing_is_started_or_shown(log_in, failed, permissions):
    client = log_in(*permissions)
    assert client.get(page(failed)).status_code == 403
    assert client.post(page(failed)).status_code == 403
    assert Job.objects.count() == 1


def test_a_post_from_another_site_is_refused(log_in, failed):
    client = log_in("view_job", "add_job", enforce_csrf_checks=True)
    assert client.post(page(failed)).status_code == 403
    assert Job.objects.count() == 1


def test_an_unknown_job_leads_back_as_everywhere_in_the_admin(staff):
    assert "Perhaps it was deleted?" in staff.get(f"{LIST}999999/retry/", follow=True).content.decode()
