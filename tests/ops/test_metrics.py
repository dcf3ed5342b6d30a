"""What `/metrics` tells, and to whom; and that the dashboard asks for nothing that is not told."""

import json
import os
import re
import signal
import urllib.request
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from promotions.jobs.create import create_job
from promotions.jobs.heartbeat import beat
from promotions.models import ChoreTurn, Job, JobType
from promotions.states import Status
from tests.factories import JobFactory, PromotionFactory
from tests.processes import ROOT, free_port, wait_until

TOKEN = "a token for Prometheus"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def scrape(settings, db):
    """The samples that are told now, as {(name, label values…): value}."""
    settings.METRICS_TOKEN = TOKEN
    client = Client()

    def ask():
        answer = client.get("/metrics", headers=BEARER)
        assert answer.status_code == 200
        return samples(answer.content.decode())

    return ask


def samples(text):
    families = text_string_to_metric_families(text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def ago(**time):
    return timezone.now() - timedelta(**time)


def test_without_a_token_in_the_settings_there_is_no_such_address(client):
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer ä"])
def test_whoever_does_not_bring_the_token_is_told_nothing(client, settings, given):
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={} if given is None else {"Authorization": given})
    assert (answer.status_code, answer.content) == (401, b"")


def test_jobs_and_their_codes_are_counted_by_status(scrape):
    JobFactory.create_batch(2)
    JobFactory(status=Status.PROCESSING, generated=30)
    JobFactory(status=Status.COMPLETED, number_of_codes=100)
    JobFactory(status=Status.CANCELLED, generated=20, deleted=20)
    told = scrape()
    counts = {status: told["promotions_jobs", status] for status in Status.values}
    assert counts == {"pending": 2, "processing": 1, "cancelling": 0, "cancelled": 1, "failed": 0, "completed": 1}
    assert (told["promotions_job_codes", "generated"], told["promotions_job_codes", "deleted"]) == (150, 20)
    assert told["promotions_database_up",] == 1


def test_failures_of_the_last_day_are_told_apart_from_older_ones(scrape):
    JobFactory(status=Status.FAILED)
    JobFactory(status=Status.FAILED, finished_at=ago(hours=25))
    told = scrape()
    assert told["promotions_jobs_ended_last_day", "failed"] == 1
    assert told["promotions_jobs", "failed"] == 2


def test_the_time_from_the_request_to_cancelled_is_a_histogram_of_the_last_day(scrape):
    for seconds in (0.05, 2, 2.5, 400):
        end = ago(hours=1)
        JobFactory(status=Status.CANCELLED, finished_at=end, cancel_requested_at=end - timedelta(seconds=seconds))
    JobFactory(status=Status.CANCELLED, finished_at=ago(hours=25), cancel_requested_at=ago(hours=26))
    told = scrape()
    buckets = {bound: told["promotions_cancel_seconds_bucket", bound] for bound in ("0.1", "1", "2.5", "300", "+Inf")}
    assert buckets == {"0.1": 1, "1": 1, "2.5": 3, "300": 3, "+Inf": 4}


def test_what_waits_and_what_has_failed_is_told(scrape):
    JobFactory(created_at=ago(minutes=10), delivered_at=ago(minutes=10))
    ChoreTurn.objects.create(name="tokens", error="OSError")
    ChoreTurn.objects.create(name="sessions")
    told = scrape()
    assert 600 <= told["promotions_oldest_pending_job_seconds",] < 660
    assert told["promotions_workers_alive",] == 0
    beat("one", "host:1")
    assert scrape()["promotions_workers_alive",] == 1
    assert (told["promotions_chore_failed", "tokens"], told["promotions_chore_failed", "sessions"]) == (1, 0)


def test_without_the_database_that_is_told_and_requests_still_are(scrape, monkeypatch):
    def unreachable(*args, **kwargs):
        raise OperationalError

    scrape()
    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", unreachable)
        told = scrape()
    assert told["promotions_database_up",] == 0
    assert ("promotions_jobs", "pending") not in told


def test_requests_are_counted_by_route_and_class_of_status_however_many_addresses_there_are(settings, scrape):
    client = Client()
    name = "promotions_http_requests_total"

    def counted():
        told = scrape()
        return [told.get((name, method, route, status), 0) for method, route, status in wanted]

    wanted = [("GET", "job", "4xx"), ("GET", "admin:login", "2xx"), ("other", "admin:login", "4xx")]
    before = counted()
    for number in range(3):
        client.get(f"/v2/promotions/{number}/jobs/{number}")
    client.get("/admin/login/")
    client.generic("MADEUP", "/admin/login/")
    assert [after - was for after, was in zip(counted(), before, strict=True)] in ([3, 1, 1], [3, 2, 0])
    assert not any("/v2/" in str(label) for sample in scrape() for label in sample)


def test_the_dashboard_asks_only_for_what_is_told_and_for_all_of_it(scrape):
    Client().get("/admin/login/")
    JobFactory(created_at=ago(minutes=10), delivered_at=ago(minutes=10))
    ChoreTurn.objects.create(name="tokens")
    told = {sample[0] for sample in scrape()}
    dashboard = json.loads((ROOT / "deploy" / "grafana-dashboard.json").read_text())
    asked = {
        name
        for panel in dashboard["panels"]
        for target in panel["targets"]
        for name in re.findall(r"promotions_\w+", target["expr"])
    }
    assert asked <= told
    families = {re.sub(r"_(bucket|count|sum|gsum|gcount|created)$", "", name) for name in told}
    assert families - {re.sub(r"_(bucket|count)$", "", name) for name in asked} <= {"promotions_http_requests"}


def test_the_page_on_operating_names_every_metric(scrape):
    Client().get("/admin/login/")
    JobFactory(created_at=ago(minutes=10), delivered_at=ago(minutes=10))
    ChoreTurn.objects.create(name="tokens")
    told = {re.sub(r"_(bucket|count|sum|gsum|gcount|created)$", "", sample[0]) for sample in scrape()}
    page = (ROOT / "docs" / "operations.md").read_text()
    named = set(re.findall(r"^\| `(promotions_\w+)` \|", page, re.MULTILINE))
    assert named == told - {"promotions_http_requests"}


@pytest.mark.once
def test_what_workers_do_is_told_by_the_web_process_although_they_are_others(start, start_worker):
    port = str(free_port())
    start("-m", "gunicorn", PORT=port, METRICS_TOKEN=TOKEN)
    workers = [start_worker() for _ in range(2)]
    many, cancelled = (
        create_job(PromotionFactory(), JobType.CODE_GENERATE, number_of_codes=n) for n in (60_000, 10**6)
    )
    wait_until(lambda: Job.objects.filter(pk=cancelled.pk, generated__gte=20_000).exists())
    cancelled.cancel()
    wait_until(lambda: not Job.objects.active().exists())
    create_job(many.promotion, JobType.CODE_EXPORT)
    wait_until(lambda: not Job.objects.active().exists())
    for worker in workers:
        worker.send(signal.SIGTERM)
        assert worker.child.wait(20) == 0
    request = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers=BEARER)

    def get():
        with suppress(OSError), urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return samples(answer.read().decode())

    told = wait_until(get)
    cancelled.refresh_from_db()
    codes = {what: told["promotions_codes_total", what] for what in ("generated", "deleted", "exported")}
    assert codes == {"generated": 60_000 + cancelled.generated, "deleted": cancelled.deleted, "exported": 60_000}
    batches = told["promotions_batch_seconds_count", "generated"]
    assert batches == (60_000 + cancelled.generated) / 10_000
    assert batches == told["promotions_batch_seconds_bucket", "+Inf", "generated"]
    assert 0 < told["promotions_batch_seconds_sum", "generated"] / batches < 10
    assert told["promotions_cancel_seconds_bucket", "+Inf"] == 1
    assert told["promotions_jobs", "completed"] == 2


@pytest.mark.once
def test_several_processes_are_added_up_also_after_one_of_them_has_died(start, tmp_path):
    port = str(free_port())
    address = f"http://127.0.0.1:{port}"
    settings = {"PORT": port, "WEB_CONCURRENCY": "3", "METRICS_TOKEN": TOKEN}
    started = start("-m", "gunicorn", PROMETHEUS_MULTIPROC_DIR=str(tmp_path), **settings)

    def get(path):
        try:
            with urllib.request.urlopen(urllib.request.Request(address + path, headers=BEARER), timeout=10) as answer:  # noqa: S310
                return answer.read().decode()
        except OSError:
            return None

    def counted():
        return samples(get("/metrics")).get(("promotions_http_requests_total", "GET", "admin:login", "2xx"))

    wait_until(lambda: get("/healthz"))
    for _ in range(30):
        assert get("/admin/login/")
    assert {counted() for _ in range(10)} == {30}
    pids = {int(re.search(r"_(\d+)\.db", file.name)[1]) for file in tmp_path.glob("counter_*.db")}
    os.kill(min(pids), signal.SIGKILL)
    assert {counted() for _ in range(10)} == {30}
    assert started.child.poll() is None
