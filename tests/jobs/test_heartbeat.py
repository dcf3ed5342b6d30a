"""Workers' signs of life."""

import signal
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.models.functions import Now

from promotions.jobs import heartbeat
from promotions.models import Worker
from tests.processes import wait_until


def silent_for(**time):
    Worker.objects.update(seen_at=Now() - timedelta(**time))


@pytest.mark.django_db
def test_a_worker_is_alive_as_long_as_it_gives_signs():
    heartbeat.beat("one", "host:1")
    assert Worker.objects.alive().get().address == "host:1"
    silent_for(seconds=31)
    assert not Worker.objects.alive().exists()
    heartbeat.beat("one", "host:1")
    assert Worker.objects.alive().count() == Worker.objects.count() == 1


@pytest.mark.django_db
def test_the_rows_of_killed_workers_are_removed_in_the_end():
    heartbeat.beat("killed", "host:1")
    silent_for(hours=25)
    heartbeat.beat("new", "host:2")
    assert Worker.objects.get().name == "new"


@pytest.mark.django_db(transaction=True)
def test_a_sign_that_cannot_be_written_does_not_end_the_signs(monkeypatch):
    monkeypatch.setattr(heartbeat, "INTERVAL", 0.02)
    beat, failed = heartbeat.beat, []

    def fail_first(name, address):
        if not failed:
            failed.append(name)
            raise OperationalError("the database is away")
        beat(name, address)

    monkeypatch.setattr(heartbeat, "beat", fail_first)
    with heartbeat.beating("one", "host:1"):
        wait_until(lambda: Worker.objects.exists())
    assert failed
    wait_until(lambda: not Worker.objects.exists())


def test_a_worker_is_there_while_it_runs_and_gone_when_it_has_ended(start_worker):
    worker = start_worker()
    wait_until(lambda: Worker.objects.alive().exists())
    assert Worker.objects.get().address.endswith(f":{worker.child.pid}")
    worker.send(signal.SIGTERM)
    worker.child.wait(20)
    assert not Worker.objects.exists()


def test_a_killed_worker_leaves_its_row_which_falls_silent(start_worker):
    worker = start_worker()
    wait_until(lambda: Worker.objects.exists())
    worker.kill()
    assert Worker.objects.count() == 1
    silent_for(seconds=31)
    assert not Worker.objects.alive().exists()
