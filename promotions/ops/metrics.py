"""What `/metrics` tells Prometheus.

How jobs, the queue and chores are doing is read from the database when it is asked for, so that it is the same from
whatever process, and right after a restart. So is what workers do, which are other processes, perhaps on other hosts:
they add it up there. Only requests are counted in the processes; with several of them (gunicorn) each counts in a file
of its own below PROMETHEUS_MULTIPROC_DIR, and whichever is asked adds them up.
"""

import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import accumulate
from typing import Any

from django.db import DatabaseError, InterfaceError
from django.db.models import Count, Sum
from django.db.models.functions import Now
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeHistogramMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from promotions.jobs import health, tally
from promotions.models import BatchTally, ChoreTurn, Job, WebhookDelivery
from promotions.states import TERMINAL, Status

REQUESTS = CollectorRegistry()
requests = Counter(
    "promotions_http_requests",
    "Requests, by the class of their status.",
    ["method", "route", "status"],
    registry=REQUESTS,
)
request_seconds = Histogram(
    "promotions_http_request_seconds",
    "How long requests took.",
    ["method", "route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10),
    registry=REQUESTS,
)

A_DAY = timedelta(days=1)
CANCEL_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 300)
# Of more cancelled jobs in one day these tell enough.
CANCELS_LOOKED_AT = 10_000


def render() -> bytes:
    """Everything that is told, in Prometheus' text format."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)
    else:
        registry.register(REQUESTS)
    registry.register(FromDatabase())
    return generate_latest(registry)


class FromDatabase(Collector):
    """What the database knows at this moment. Of jobs gauges: a row goes with its promotion, so no sum only grows."""

    def collect(self) -> Iterator[Metric]:
        try:
            metrics = [
                *_jobs(),
                *_batches(),
                _ended(),
                _cancels(),
                _oldest_pending(),
                _workers(),
                _queue(),
                _chores(),
                _deliveries(),
            ]
        except (DatabaseError, InterfaceError):
            metrics, is_up = [], 0
        else:
            is_up = 1
        yield GaugeMetricFamily("promotions_database_up", "Whether the database answers.", is_up)
        yield from metrics


def _jobs() -> Iterator[Metric]:
    sums = {name: Sum(name) for name in tally.WHAT}
    rows: Iterable[Any] = Job.objects.order_by().values("status").annotate(jobs=Count("pk"), **sums)
    by_status = {row["status"]: row for row in rows}
    jobs = GaugeMetricFamily("promotions_jobs", "Jobs that are there, by status.", labels=["status"])
    for status in Status.values:
        jobs.add_metric([status], by_status[status]["jobs"] if status in by_status else 0)
    yield jobs
    codes = GaugeMetricFamily("promotions_job_codes", "Codes that the jobs have handled, by what.", labels=["what"])
    for name in tally.WHAT:
        codes.add_metric([name], sum(row[name] for row in by_status.values()))
    yield codes


def _batches() -> Iterator[Metric]:
    """What workers have done since ever; it only grows, so its rate is what is done in a second."""
    rows = {(row.what, row.bound): row for row in BatchTally.objects.all()}
    codes = CounterMetricFamily("promotions_codes", "Codes that workers have handled, by what.", labels=["what"])
    batches = HistogramMetricFamily("promotions_batch_seconds", "How long batches took, by what.", labels=["what"])
    for what in tally.WHAT:
        mine = [rows.get((what, bound)) or BatchTally() for bound in tally.BOUNDS]
        codes.add_metric([what], sum(row.codes for row in mine))
        buckets = zip(tally.BOUNDS, accumulate(row.batches for row in mine), strict=True)
        batches.add_metric([what], buckets=list(buckets), sum_value=sum(row.seconds for row in mine))
    yield codes
    yield batches


def _ended() -> Metric:
    rows = Job.objects.order_by().filter(finished_at__gt=Now() - A_DAY).values("status")
    counts = {row["status"]: row["jobs"] for row in rows.annotate(jobs=Count("pk"))}
    ended = GaugeMetricFamily(
        "promotions_jobs_ended_last_day", "Jobs that ended in the last 24 hours.", labels=["status"]
    )
    for status in TERMINAL:
        ended.add_metric([status.value], counts.get(status, 0))
    return ended


def _cancels() -> Metric:
    """How long it took until a cancelled job had ended and nothing of it was left."""
    cancelled = Job.objects.filter(status=Status.CANCELLED, finished_at__gt=Now() - A_DAY).order_by("-id")
    times = cancelled.values_list("cancel_requested_at", "finished_at")[:CANCELS_LOOKED_AT]
    lengths = [finished - requested for requested, finished in times if finished and requested]
    seconds = [max(0.0, length.total_seconds()) for length in lengths]
    counts = [0] * (len(CANCEL_BUCKETS) + 1)
    for value in seconds:
        counts[bisect_left(CANCEL_BUCKETS, value)] += 1
    bounds = [*map(str, CANCEL_BUCKETS), "+Inf"]
    return GaugeHistogramMetricFamily(
        "promotions_cancel_seconds",
        "From the request to cancel to the job's end, of the last 24 hours.",
        buckets=list(zip(bounds, accumulate(counts), strict=True)),
        gsum_value=sum(seconds),
    )


def _oldest_pending() -> Metric:
    age = health.oldest_pending() or timedelta()
    text = "For how long the job that waits longest has waited."
    return GaugeMetricFamily("promotions_oldest_pending_job_seconds", text, age.total_seconds())


def _workers() -> Metric:
    text = "How many workers have given a sign of life lately."
    return GaugeMetricFamily("promotions_workers_alive", text, health.workers_alive())


def _queue() -> Metric:
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY).count()
    return GaugeMetricFamily("promotions_queue_deliveries", "Deliveries that wait for a worker.", waiting)


def _chores() -> Metric:
    chores = GaugeMetricFamily("promotions_chore_failed", "Whether a chore failed the last time.", labels=["chore"])
    for name, error in ChoreTurn.objects.values_list("name", "error"):
        chores.add_metric([name], int(bool(error)))
    return chores


def _deliveries() -> Metric:
    # Not those that were delivered: they may be very many, and tell less.
    statuses = WebhookDelivery.Status.WAITING, WebhookDelivery.Status.GIVEN_UP
    text = "Deliveries to webhooks that wait, or were given up."
    deliveries = GaugeMetricFamily("promotions_webhook_deliveries", text, labels=["status"])
    for status in statuses:
        deliveries.add_metric([status.value], WebhookDelivery.objects.filter(status=status).count())
    return deliveries
