"""With a Redis: it tells workers what to do, and counts for all processes.

That the jobs are as safe as ever is shown by their own tests, which `make test` runs with a Redis, too (TASKS_URL).
"""

import json
import shutil
import signal
import subprocess
import sys
import time
import zlib
from datetime import timedelta

import pytest
import redis
from django.conf import settings as project
from django.core.cache import cache
from django.db.models.functions import Now
from django_tasks_db.models import DBTaskResult
from rest_framework.test import APIClient

from promotions.models import Job
from promotions.states import Status
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory
from tests.large_job import wait_for_end
from tests.processes import ROOT, environment, free_port, wait_until

SERVER = shutil.which("redis-server")

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(not SERVER, reason="redis-server is not installed"),
    pytest.mark.django_db(transaction=True),
]


class Redis:
    """A server that keeps nothing on disk: what was in it is gone when it is started again."""

    def __init__(self, folder):
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis.Redis(port=self.port)
        self.command = [SERVER, "--port", str(self.port), "--save", "", "--dir", str(folder), "--loglevel", "warning"]

    def start(self):
        self.child = subprocess.Popen(self.command)
        wait_until(self.answers, seconds=20)

    def answers(self):
        try:
            return self.client.ping()
        except redis.ConnectionError:
            return False

    def end(self):
        self.child.kill()
        self.child.wait(10)


@pytest.fixture(scope="module")
def module_redis(tmp_path_factory):
    server = Redis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.end()


@pytest.fixture
def server(module_redis):
    """A Redis that runs and is empty."""
    if not module_redis.answers():
        module_redis.start()
    module_redis.client.flushall()
    return module_redis


@pytest.fixture
def start_redis_worker(server, start_worker):
    return lambda **settings: start_worker(TASKS_URL=server.url, **settings)


@pytest.fixture
def manage(server):
    """Runs a command whose deliveries go through the Redis."""

    def run(*arguments):
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=ROOT, env=environment(TASKS_URL=server.url), check=True)

    return run


def let_delivery_grow_old(job):
    """What time would do, without waiting for it."""
    long_ago = Now() - timedelta(seconds=120)
    Job.objects.filter(pk=job.pk).update(delivered_at=long_ago, created_at=long_ago)


def test_a_job_that_is_created_comes_through_redis_and_is_completed(manage, server, start_redis_worker):
    promotion = PromotionFactory()
    manage("create_job", str(promotion.uuid), "code_generate", "--number-of-codes", "5000")
    assert server.client.llen("rq:queue:default") == 1
    assert not DBTaskResult.objects.exists()
    start_redis_worker()
    job = Job.objects.get()
    wait_for_end(job)
    assert (job.status, job.generated, promotion.codes.count()) == (Status.COMPLETED, 5000, 5000)


def test_exports_come_through_redis_and_a_job_that_is_cancelled_while_it_waits_there_is_not_begun(
    manage, server, start_redis_worker, tmp_path
):
    promotion, other = PromotionFactory(code_count=1), PromotionFactory()
    PromotionCodeFactory(promotion=promotion)
    manage("create_job", str(promotion.uuid), "code_export")
    manage("create_job", str(other.uuid), "code_generate", "--number-of-codes", "5000")
    export, cancelled = promotion.jobs.get(), other.jobs.get()
    cancelled.cancel()
    assert server.client.llen("rq:queue:default") == 2
    with (tmp_path / "log").open("w") as log:
        worker = start_redis_worker(stderr=log, LOG_FORMAT="json")
        wait_for_end(export)
        wait_until(lambda: server.client.llen("rq:queue:default") == 0)
        worker.send(signal.SIGTERM)
        assert worker.child.wait(20) == 0
    assert (export.status, export.exported) == (Status.COMPLETED, 1)
    cancelled.refresh_from_db()
    assert (cancelled.status, cancelled.started_at, other.codes.count()) == (Status.CANCELLED, None, 0)
    # Also RQ's own lines are those of the settings.
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert {line["job"] for line in lines if "job" in line} == {str(export.uuid)}
    assert all(line["worker"] for line in lines)


def test_a_job_that_is_to_be_undone_goes_to_the_front(manage, server):
    JobFactory.create_batch(2)
    cancelled = JobFactory(status=Status.CANCELLING)
    manage("recover_jobs", "--all")
    queue = [server.client.hget(b"rq:job:" + one, "data") for one in server.client.lrange("rq:queue:default", 0, -1)]
    assert len(queue) == 3
    assert json.loads(zlib.decompress(queue[0]))[2] == [cancelled.pk]


def test_a_redis_that_goes_away_stops_neither_the_creation_of_jobs_nor_the_worker(manage, server, start_redis_worker):
    worker = start_redis_worker()
    wait_until(lambda: server.client.keys("rq:worker:*"))
    server.end()
    promotion = PromotionFactory()
    manage("create_job", str(promotion.uuid), "code_generate", "--number-of-codes", "5000")
    server.start()
    job = Job.objects.get()
    let_delivery_grow_old(job)
    wait_for_end(job)
    assert job.status == Status.COMPLETED
    # Also one that waits for its Redis can be told to end.
    server.end()
    time.sleep(1)
    assert worker.child.poll() is None
    worker.send(signal.SIGTERM)
    assert worker.child.wait(20) == 0


def test_a_redis_counts_the_limits_for_all_processes(server, settings):
    backend = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": f"{server.url[:-1]}1"}
    settings.CACHES = project.CACHES | {"default": backend}
    asked = [APIClient().post("/oauth/access_token", {}, format="json").status_code for _ in range(31)]
    assert set(asked[:30]) <= {400, 401}
    assert asked[30] == 429
    other = redis.Redis(port=server.port, db=1)
    assert other.dbsize() == 1
    cache.clear()
    assert other.dbsize() == 0
