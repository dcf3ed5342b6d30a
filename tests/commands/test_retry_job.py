"""`manage.py retry_job`: what it starts again, and what it refuses."""

import uuid

import pytest

from promotions.models import AuditEntry, Job
from promotions.states import Status
from tests.factories import JobFactory

pytestmark = pytest.mark.django_db


def test_it_prints_the_id_of_the_new_job(run):
    old = JobFactory(status=Status.FAILED)
    ran = run("retry_job", old.uuid)
    new = Job.objects.exclude(pk=old.pk).get()
    assert (ran.status, ran.out) == (0, f"{new.uuid}\n")
    assert new.created_by.startswith("command line (")
    entry = AuditEntry.objects.get()
    assert (entry.door, entry.actor, entry.job) == ("command", new.created_by, new)
    assert entry.address


def test_as_json_it_prints_the_new_job(run):
    old = JobFactory(status=Status.CANCELLED, name="May")
    document = run("retry_job", old.uuid, "--json").json
    assert (document["name"], document["status"]) == ("May", "pending")
    assert document["id"] != str(old.uuid)


def test_a_job_that_has_not_failed_is_refused(run):
    ran = run("retry_job", JobFactory(status=Status.COMPLETED).uuid)
    assert (ran.status, ran.out) == (1, "")
    assert "Only failed or cancelled jobs can be retried" in ran.err


@pytest.mark.parametrize("unknown", ["nonsense", str(uuid.uuid4())])
def test_an_unknown_job_is_not_found(run, unknown):
    ran = run("retry_job", unknown)
    assert ran.status == 1
    assert "job not found" in ran.err


def test_without_an_id_the_usage_is_wrong(run):
    assert run("retry_job").status == 2
