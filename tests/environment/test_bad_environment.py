"""What is missing or wrong around the back office leads to a clear message or a wait, never to a half state."""

import os
import subprocess
import sys

import pytest
import requests
from django.db import connection
from django.test import Client
from urllib3.util.retry import Retry

from promotions.models import Promotion
from tests.factories import PromotionFactory, UserFactory
from tests.processes import ROOT, Process, free_port, wait_until

NOBODY_THERE = "postgres://nobody:nothing@127.0.0.1:1/nowhere"  # pragma: allowlist secret


def manage(*arguments, **environment):
    """Runs `manage.py` with only these variables set."""
    needed = {"PATH": os.environ["PATH"], "SECRET_KEY": "only for tests"} | environment
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=needed, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def unmigrated(tmp_path):
    return f"sqlite:///{tmp_path / 'new.sqlite3'}"


@pytest.fixture
def log(tmp_path):
    """What a worker on this database has logged so far."""
    file = tmp_path / "log"

    def start(url):
        with file.open("w") as stderr:
            return Process("manage.py", "run_worker", stderr=stderr, DATABASE_URL=url), file.read_text

    return start


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "DATABASE_URL must begin with sqlite:// or postgres://"),
        ("mysql://a@b/c", "DATABASE_URL must begin with sqlite:// or postgres://"),
    ],
)
def test_a_wrong_database_url_is_named_at_the_start(url, says):
    ran = manage("check", DATABASE_URL=url)
    assert ran.returncode != 0
    assert says in ran.stderr.splitlines()[-1]


@pytest.mark.parametrize("command", ["list_jobs", "recover_jobs"])
def test_a_command_says_in_one_line_that_the_database_has_not_been_migrated(unmigrated, command):
    ran = manage(command, DATABASE_URL=unmigrated)
    assert ran.returncode == 1
    assert "no such table" in ran.stderr
    assert "manage.py migrate" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_command_says_in_one_line_that_the_database_cannot_be_reached():
    ran = manage("list_jobs", DATABASE_URL=NOBODY_THERE)
    assert ran.returncode == 1
    assert "Connection refused" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_worker_waits_for_the_migrations_and_then_works(unmigrated, log):
    worker, read = log(unmigrated)
    try:
        wait_until(lambda: "waiting for `manage.py migrate`" in read())
        assert manage("migrate", "--verbosity", "0", DATABASE_URL=unmigrated).returncode == 0
        wait_until(lambda: "Starting worker" in read())
        worker.child.terminate()
        assert worker.child.wait(20) == 0
    finally:
        worker.end()


def test_a_worker_waits_for_a_database_that_cannot_be_reached_and_can_be_told_to_end(log):
    worker, read = log(NOBODY_THERE)
    try:
        wait_until(lambda: "cannot be reached" in read())
        worker.child.terminate()
        assert worker.child.wait(20) == 0
    finally:
        worker.end()


@pytest.fixture
def held_promotion(transactional_db):
    """A promotion whose row is held by someone who does not let it go."""
    promotion = PromotionFactory()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN")
        cursor.execute("UPDATE promotions_promotion SET name = 'held' WHERE id = %s", [promotion.pk])
        yield promotion
        cursor.execute("ROLLBACK")
    other.close()
    connection.close()


def test_staff_are_told_that_the_database_is_busy_and_nothing_has_been_done(transactional_db, request, settings):
    browser = Client(raise_request_exception=False)
    browser.force_login(UserFactory(permissions=["view_promotion", "delete_promotion"]))
    promotion = request.getfixturevalue("held_promotion")
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA busy_timeout = 50")
    answer = browser.post(f"/admin/promotions/promotion/{promotion.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "nothing is half done" in answer.content.decode()
    assert Promotion.objects.get(pk=promotion.pk).deleted_at is None


def test_staff_who_are_logged_in_are_told_that_the_database_cannot_be_reached():
    port = free_port()
    web = Process("-m", "gunicorn", PORT=str(port), DATABASE_URL=NOBODY_THERE)
    try:
        with requests.Session() as http:
            http.trust_env = False
            http.mount("http://", requests.adapters.HTTPAdapter(max_retries=Retry(8, backoff_factor=0.1)))
            answer = http.get(f"http://127.0.0.1:{port}/admin/", cookies={"sessionid": "a" * 32}, timeout=30)
            of_api = http.get(
                f"http://127.0.0.1:{port}/v2/promotions", headers={"Authorization": "Bearer abc"}, timeout=30
            )
    finally:
        web.end()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "The database cannot be used at the moment" in answer.text
    assert of_api.status_code == 503
    assert of_api.json()["errors"][0]["status"] == "503"
