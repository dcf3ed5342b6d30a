"""What the log says, and that each line tells which request, worker and job it belongs to."""

import json
import os
import signal
import socket
import subprocess
import sys
from datetime import timedelta

import pytest
import requests
from django.utils import timezone
from urllib3.util import Retry

from promotions import log
from promotions.jobs import lifecycle, runner
from promotions.jobs.create import create_job
from promotions.models import Job, JobType, Promotion
from tests.factories import JobFactory, PromotionFactory
from tests.processes import ROOT, database_url, free_port

pytestmark = pytest.mark.django_db


def about(job, lines):
    """What the lines about the job say behind its id, each with the token that it carries."""
    mine = [line for line in lines if line.get("job") == str(job.uuid)]
    return [(line["message"].removeprefix(f"job {job.uuid}: "), line["token"]) for line in mine]


@pytest.mark.parametrize("request_id", ["abc-123", "Root=1-67891233-abcdef012345678912345678", "x" * 128])
def test_a_request_keeps_the_id_that_it_came_with(client, logged, request_id):
    answer = client.get("/admin/login/", headers={"X-Request-ID": request_id})
    assert answer["X-Request-ID"] == request_id
    assert [line["request_id"] for line in logged()] == [request_id]


@pytest.mark.parametrize("request_id", ["", "x" * 129, "two words", 'a"b', "ä"])
def test_a_request_without_a_sane_id_gets_one(client, logged, request_id):
    answer = client.get("/admin/login/", headers={"X-Request-ID": request_id})
    assert len(answer["X-Request-ID"]) == 36
    assert [line["request_id"] for line in logged()] == [answer["X-Request-ID"]]


def test_a_request_is_logged_without_what_was_asked_for_and_probes_are_not(client, logged):
    client.get("/admin/login/?next=/admin/&email=ann@example.com")
    client.get("/healthz")
    (line,) = logged()
    assert line["message"].startswith("GET /admin/login/: 200 in ")
    assert line["status"] == 200
    assert "ann" not in str(line)


def test_what_django_logs_of_a_refused_request_has_its_id(client, logged):
    client.get("/nowhere", headers={"X-Request-ID": "abc"})
    assert {(line["logger"], line["request_id"]) for line in logged()} == {
        ("promotions.requests", "abc"),
        ("django.request", "abc"),
    }


def test_the_id_of_a_fault_of_our_own_is_the_request_s(api, monkeypatch, logged):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(Promotion.objects, "present", broken)
    answer = api.get("/v2/promotions", headers={"X-Request-ID": "abc"})
    assert answer.json()["errors"][0]["request_id"] == answer["X-Request-ID"] == "abc"
    assert any("RuntimeError" in line.get("exception", "") for line in logged() if line["request_id"] == "abc")


def test_a_job_that_completes_is_logged_from_its_creation_on(logged):
    job = create_job(PromotionFactory(), JobType.CODE_GENERATE, number_of_codes=5, by="ann")
    runner.run(job.pk)
    assert about(job, logged()) == [
        ("created, by ann", 0),
        ("begun, processing, attempt 1", 1),
        ("completed with 5 codes", 1),
    ]


def test_a_cancel_is_logged_with_who_asked_for_it_in_which_request_and_the_undoing_after_it(api, logged):
    job = create_job(PromotionFactory(), JobType.CODE_GENERATE, number_of_codes=5, by="ann")
    lifecycle.claim(job.pk)
    path = f"/v2/promotions/{job.promotion.uuid}/jobs/{job.uuid}/cancel"
    api.post(path, headers={"X-Request-ID": "abc"})
    (line,) = [line for line in logged() if "cancelling, by" in line["message"]]
    assert line["message"] == f"job {job.uuid}: cancelling, by The shop"
    assert (line["request_id"], line["job"], line["token"]) == ("abc", str(job.uuid), 1)

    Job.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    runner.run(job.pk)
    assert about(job, logged())[-2:] == [("taken over, cancelling, attempt 2", 2), ("undone, 0 codes deleted", 2)]


def test_cancelling_a_pending_job_is_logged_also_when_nobody_is_named(logged):
    job = JobFactory()
    job.cancel()
    assert about(job, logged()) == [("cancelled, by no one named", 0)]


def test_handing_back_pausing_failing_and_giving_up_are_logged(logged):
    job = lifecycle.claim(JobFactory(number_of_codes=7).pk)
    lifecycle.hand_back(job)
    job = lifecycle.claim(job.pk)
    lifecycle.pause(job)
    Job.objects.update(lease_expires_at=None, attempts=5)
    job = lifecycle.claim(job.pk)
    assert about(job, logged()) == [
        ("begun, processing, attempt 1", 1),
        ("handed back at 0 of 7", 1),
        ("taken over, processing, attempt 1", 2),
        ("paused for 1 s after attempt 1", 2),
        ("given up, failing, attempt 6", 3),
    ]
    other = lifecycle.claim(JobFactory().pk)
    lifecycle.fail(other, "it broke")
    assert about(other, logged())[-1] == ("failing: it broke", 1)


def test_a_job_that_its_promotion_has_no_room_for_is_logged_as_refused(logged, settings):
    settings.PROMOTIONS_MAX_CODES = 3
    job = JobFactory(number_of_codes=4)
    assert lifecycle.claim(job.pk) is None
    assert about(job, logged()) == [("refused: codes limit exceeded", 0)]


def test_everything_that_a_worker_logs_about_a_job_carries_job_token_and_worker(logged, monkeypatch):
    monkeypatch.setattr(log, "_process", {"worker": "w1"})

    def broken(job):
        raise RuntimeError("oh")

    monkeypatch.setitem(runner.HANDLERS, JobType.CODE_GENERATE, broken)
    job = JobFactory()
    runner.run(job.pk)
    lines = logged()
    assert [line["message"].partition(": ")[2] for line in lines] == [
        "begun, processing, attempt 1",
        "unexpected error",
        "failing: internal error: RuntimeError",
        "undone, 0 codes deleted",
    ]
    assert {(line["job"], line["token"], line["worker"]) for line in lines} == {(str(job.uuid), 1, "w1")}


def test_people_see_the_fields_behind_the_message():
    record = log.logging.LogRecord("a.b", log.logging.INFO, "", 0, "job %s: begun", ("x",), None)
    with log.about(request_id="abc", job="x", token=3):
        log.Context().filter(record)
    assert log.Line().format(record).endswith(" INFO a.b: job x: begun [request_id=abc token=3]")


@pytest.mark.django_db(transaction=True)
def test_a_worker_process_logs_json_when_told_to():
    job = create_job(PromotionFactory(), JobType.CODE_GENERATE, number_of_codes=5)
    settings = {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "tests.settings", "LOG_FORMAT": "json"}
    ran = subprocess.run(
        [sys.executable, "manage.py", "run_worker", "--batch"],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    lines = [json.loads(line) for line in ran.stderr.splitlines()]
    assert about(job, lines) == [("begun, processing, attempt 1", 1), ("completed with 5 codes", 1)]
    assert len({line["worker"] for line in lines}) == 1
    assert lines[-1]["message"] == "The worker has ended."
    assert ran.stdout == ""


PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "backoffice.settings",
    "SECRET_KEY": "only for tests, which keep no secrets",
    "DEBUG": "false",
    "HTTPS_ONLY": "true",
    "BEHIND_PROXY": "true",
    "ALLOWED_HOSTS": "127.0.0.1",
}


@pytest.mark.once
def test_every_line_of_the_web_process_is_json_and_says_its_request_also_the_server_s_own(start, tmp_path):
    port = free_port()
    with (tmp_path / "log").open("w") as file:
        web = start("-m", "gunicorn", stderr=file, PORT=str(port), LOG_FORMAT="json", **PRODUCTION)
        url = f"http://127.0.0.1:{port}"
        http = requests.Session()
        http.trust_env = False
        http.headers.update({"X-Forwarded-Proto": "https", "X-Request-ID": "abc"})
        http.mount(url, requests.adapters.HTTPAdapter(max_retries=Retry(8, backoff_factor=0.1)))
        assert http.get(f"{url}/v2/promotions").status_code == 401
        assert http.get(f"{url}/nowhere").status_code == 404
        assert http.get(f"{url}/admin/", headers={"Host": "elsewhere.example.com"}).status_code == 400
        with socket.create_connection(("127.0.0.1", port), timeout=10) as broken:
            broken.sendall(b"no HTTP at all\r\n\r\n")
            assert b" 400 " in broken.recv(100)
        web.send(signal.SIGTERM)
        assert web.child.wait(20) == 0
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert web.child.stdout.read() == ""
    said = {logger: [line for line in lines if line["logger"] == logger] for logger in {one["logger"] for one in lines}}
    assert [line["status"] for line in said["promotions.requests"]] == [401, 404, 400]
    assert any("Invalid request" in line["message"] for line in said["gunicorn.error"])
    assert "Handling signal: term" in [line["message"] for line in said["gunicorn.error"]]
    of_requests = [line for line in lines if line["logger"] != "gunicorn.error"]
    assert {"django.request", "django.security.DisallowedHost"} <= set(said)
    assert {line.get("request_id") for line in of_requests} == {"abc"}
    assert all({"time", "level", "message"} <= set(line) for line in lines)


@pytest.mark.once
@pytest.mark.parametrize(
    ("level", "said"),
    [("INFO", ["django", "django.request", "django.server", "py.warnings"]), ("ERROR", ["django.request"])],
)
def test_the_level_of_the_settings_is_that_of_django_s_own_lines_too(level, said):
    program = """
import logging, warnings
for name in ("django", "django.server"):
    logging.getLogger(name).info("something")
logging.getLogger("django.request").error("something bad")
warnings.warn("something odd", stacklevel=1)
"""
    ran = subprocess.run(
        [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", program],
        cwd=ROOT,
        env=os.environ | PRODUCTION | {"DATABASE_URL": database_url(), "LOG_FORMAT": "json", "LOG_LEVEL": level},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert sorted(json.loads(line)["logger"] for line in ran.stderr.splitlines()) == said
