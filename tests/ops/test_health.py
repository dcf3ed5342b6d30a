"""What `/healthz` and `/readyz` tell those who watch."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from promotions.jobs.heartbeat import beat
from promotions.models import Worker
from promotions.ops import health
from tests.factories import JobFactory


def test_a_process_lives_whatever_the_database_does(client):
    # Not marked for the database: any query would fail the test.
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_a_process_is_ready_when_its_database_is_and_says_what_it_has_looked_at(client):
    beat("one", "host:1")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert answer.json()["checks"] == {
        "database": {"status": "ok", "reason": "The database answers."},
        "migrations": {"status": "ok", "reason": "All migrations are applied."},
        "workers": {"status": "ok", "reason": "1 worker is alive."},
        "pending_jobs": {"status": "ok", "reason": "No job is waiting.", "seconds": 0},
    }


@pytest.mark.django_db
def test_without_its_database_it_is_not_ready_and_keeps_the_details_for_the_log(client, monkeypatch, caplog):
    def unreachable(*args, **kwargs):
        raise OperationalError("connection to server at xyzzy failed")

    monkeypatch.setattr(connection, "cursor", unreachable)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
    reason = "The database cannot be reached; the log says why."
    assert answer.json()["checks"] == {"database": {"status": "error", "reason": reason}}
    assert "xyzzy" in caplog.text


@pytest.mark.django_db
def test_it_becomes_ready_when_the_migrations_of_its_version_have_been_applied(client, monkeypatch):
    monkeypatch.setattr(health, "KEPT", 0)
    recorder = MigrationRecorder(connection)
    (latest,) = MigrationLoader(connection).graph.leaf_nodes("promotions")
    recorder.record_unapplied(*latest)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "not applied: run manage.py migrate." in answer.json()["checks"]["migrations"]["reason"]
    recorder.record_applied(*latest)
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_jobs_that_wait_for_a_worker_are_told_and_make_no_process_less_ready(client):
    long_ago = timezone.now() - timedelta(minutes=10)
    JobFactory(created_at=long_ago, delivered_at=long_ago)
    JobFactory()
    answer = client.get("/readyz")
    checks = answer.json()["checks"]
    assert (answer.status_code, checks["pending_jobs"]["status"], checks["workers"]["status"]) == (
        200,
        "warning",
        "warning",
    )
    assert 600 <= checks["pending_jobs"]["seconds"] < 660
    assert checks["workers"]["reason"] == "No worker is alive: start one with manage.py run_worker."


@pytest.mark.django_db
def test_workers_are_alive_that_have_given_a_sign_of_life_lately(client):
    for name in ("one", "two", "silent"):
        beat(name, f"host:{name}")
    Worker.objects.filter(name="silent").update(seen_at=timezone.now() - timedelta(minutes=1))
    checks = client.get("/readyz").json()["checks"]
    assert checks["workers"] == {"status": "ok", "reason": "2 workers are alive."}


@pytest.mark.django_db
def test_many_probes_cost_the_database_no_more_than_one(client, django_assert_num_queries):
    client.get("/readyz")
    with django_assert_num_queries(0):
        assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/healthz/", "/readyz", "/readyz/"])
def test_probes_may_call_it_by_its_ip_address_and_over_plain_http(path, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert Client(HTTP_HOST="10.1.2.3:8000").get(path).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_only_reads(client, path):
    assert client.post(path).status_code == 405
