"""How fast jobs are made, exported and undone, against the raw limit of the same table in the same run.

    python -m benchmarks.bulk [--full] [--peers] [--json FILE]

Works on a database of its own beside the one of DATABASE_URL, which it makes and drops. What is compared is done in
turn, in three rounds; the medians are printed. Raw is chunked COPY of ready-made random codes on PostgreSQL,
executemany INSERT OR IGNORE of them on SQLite; one DELETE for undoing; COPY TO, or one SELECT that concatenates the
line, for exporting. Quick by default (50,000 codes); --full takes 1,000,000, and 10,000,000 for memory.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median, quantiles

from django.db import connection
from django.db.models import QuerySet
from rich.console import Console
from rich.table import Table

from benchmarks import django_oscar, raw
from benchmarks.database import own_database, run
from benchmarks.worker import Worker
from promotions.errors import JobNotCancellable
from promotions.jobs import lifecycle, runner, undo
from promotions.jobs.create import create_job
from promotions.models import Job, JobType, Promotion, PromotionCode
from promotions.states import Status
from tests.factories import PromotionFactory
from tests.processes import Process, wait_until

ROUNDS = 3
CANCELS = 500
PEERS_CODES = 20_000


def new_job(codes: int, promotion: Promotion | None = None) -> Job:
    return create_job(promotion or PromotionFactory(), JobType.CODE_GENERATE, number_of_codes=codes, code_length=10)


def new_export(promotion: Promotion) -> Job:
    return create_job(promotion, JobType.CODE_EXPORT)


def timed(action: Callable[[], object]) -> float:
    """Seconds that `action` takes, from a database at rest."""
    raw.settle()
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def raw_round(codes: int) -> dict[str, float]:
    job = new_job(codes)
    chunks = raw.ready_made(job, codes)
    took = {"generate": timed(lambda: raw.insert(chunks))}
    with tempfile.TemporaryFile() as file:
        took["export"] = timed(lambda: raw.export(job, file))
    return took | {"undo": timed(lambda: raw.delete(job))}


def our_round(codes: int) -> dict[str, float]:
    job = new_job(codes)
    took = {"generate": timed(lambda: runner.run(job.pk))}
    export = new_export(job.promotion)
    took["export"] = timed(lambda: runner.run(export.pk))
    raw.delete(job)
    cancelled = lifecycle.claim(new_job(codes).pk)
    assert cancelled
    steps = runner.HANDLERS[cancelled.job_type](cancelled)
    while cancelled.generated < codes:
        next(steps)
    cancelled.cancel(by="benchmark")
    took["undo"] = timed(lambda: list(undo.steps(cancelled)))
    assert not Job.objects.filter(pk__in=[job.pk, export.pk]).exclude(status=Status.COMPLETED).exists()
    return took


def against_raw(codes: int) -> dict[str, dict[str, float]]:
    """Median seconds of each piece of work, ours and raw, done in turn."""
    rounds = [(raw_round(codes), our_round(codes)) for _ in range(ROUNDS)]
    return {
        what: {"raw": median(plain[what] for plain, _ in rounds), "ours": median(ours[what] for _, ours in rounds)}
        for what in ("generate", "export", "undo")
    }


def memory(sizes: list[int]) -> dict[int, dict[str, float]]:
    """Peak memory in MiB of a worker process that makes, and of one that exports, so many codes; and the seconds."""
    found = {}
    for codes in sizes:
        job, figures = new_job(codes), {}
        for what, piece in (("generate", lambda job=job: job), ("export", lambda job=job: new_export(job.promotion))):
            worker = Worker(piece().pk)
            begun = time.perf_counter()
            worker.start()
            figures[what] = worker.end()
            figures[f"{what}_seconds"] = time.perf_counter() - begun
        found[codes] = figures
        raw.delete(job)
    return found


def side_by_side(workers: int, codes: int) -> float:
    """Codes per second of so many workers together, each at a promotion of its own."""
    jobs = [new_job(codes) for _ in range(workers)]
    processes = [Worker(job.pk) for job in jobs]
    raw.settle()
    begun = time.perf_counter()
    for process in processes:
        process.start()
    for process in processes:
        process.end()
    took = time.perf_counter() - begun
    for job in jobs:
        raw.delete(job)
    return workers * codes / took


def beside_a_giant(grown: int) -> tuple[dict[str, list[float]], float]:
    """Seconds of each of many cancels of other jobs while a worker generates, and while it undoes that; and what a
    small job waits for a giant one.

    Begins when `grown` codes are there: until its log has grown to its size, PostgreSQL makes each 16 MB of it anew,
    and all commits wait for that.
    """
    giant = new_job(20_000_000)
    worker = Process("manage.py", "run_worker", "--interval", "0.1", PROMOTIONS_SWEEP_INTERVAL="60")
    standing = Job.objects.filter(pk=giant.pk)
    try:
        wait_until(lambda: standing.get().generated >= grown, seconds=300)
        small, begun = new_job(100), time.perf_counter()
        wait_until(lambda: Job.objects.get(pk=small.pk).status == Status.COMPLETED)
        waited = time.perf_counter() - begun
        took = {"generating": cancels_beside(standing, Status.PROCESSING)}
        giant.cancel(by="benchmark")
        took["undoing"] = cancels_beside(standing, Status.CANCELLING)
    finally:
        worker.end()
    return took, waited


def cancels_beside(standing: QuerySet[Job], status: Status) -> list[float]:
    """Seconds of each of CANCELS cancels, or of those that there was time for, while the job is in `status`."""
    took: list[float] = []
    while len(took) < CANCELS and standing.get().status == status:
        took += filter(None, [seconds_of_a_cancel()])
    return took


def seconds_of_a_cancel() -> float | None:
    """None when the worker, between two slices of the giant, was faster."""
    job = new_job(10)
    time.sleep(0.01)
    begun = time.perf_counter()
    try:
        job.cancel(by="benchmark")
    except JobNotCancellable:
        return None
    return time.perf_counter() - begun


def peers(codes: int) -> dict[str, float]:
    """Codes per second: made and deleted as Django does, as django-oscar does on SQLite, and made by a job."""
    found = {name: codes / timed(lambda way=way: way(new_job(codes), codes)) for name, way in raw.PEERS.items()}
    job = new_job(codes)
    raw.bulk_create(job, codes)
    found["delete() of a queryset"] = codes / timed(lambda: PromotionCode.objects.filter(job=job).delete())
    if connection.vendor == "sqlite":
        oscar = django_oscar.figures()
        found |= {f"{django_oscar.VERSION}, voucher set": oscar["generate"], "the same, undone": oscar["undo"]}
    return found | {"ours": codes / timed(lambda: runner.run(new_job(codes).pk))}


def measure(options: argparse.Namespace) -> Iterator[tuple[str, object]]:
    """Each figure by its name, as soon as it is known."""
    codes = 1_000_000 if options.full else 50_000
    yield "database", connection.vendor
    yield "date", time.strftime("%Y-%m-%d")
    yield "machine", f"{os.cpu_count()} cores, Python {platform.python_version()}"
    yield "codes", codes
    yield "seconds", against_raw(codes)
    if connection.vendor == "postgresql":
        yield "codes_per_second_by_workers", {n: side_by_side(n, codes // 2) for n in (1, 2, 4)}
    if options.peers:
        yield "peers", peers(PEERS_CODES)
    took, waited = beside_a_giant(grown=5 * codes)
    for beside, seconds in took.items():
        p99 = quantiles(seconds, n=100, method="inclusive")[-1]
        figures = {
            "cancels": len(seconds),
            "median": median(seconds) * 1000,
            "p99": p99 * 1000,
            "max": max(seconds) * 1000,
        }
        yield f"cancel_ms_beside_{beside}", figures
    yield "small_job_waits_seconds", waited
    yield "memory", memory([10_000, 1_000_000, 10_000_000] if options.full else [10_000, 100_000])


def shown(result: dict) -> Table:
    codes = result["codes"]
    table = Table(
        "what", "ours, codes/s", "raw, codes/s", "ours/raw", title=f"{codes:,} codes, {result['database']}", width=100
    )
    for what, took in result["seconds"].items():
        ratio = took["raw"] / took["ours"]
        table.add_row(what, f"{codes / took['ours']:,.0f}", f"{codes / took['raw']:,.0f}", f"{ratio:.2f}")
    for number, of_workers in result["memory"].items():
        cells = f"generating {of_workers['generate']:.0f} MiB, exporting {of_workers['export']:.0f} MiB"
        table.add_row(f"peak memory, {number:,} codes", cells)
    for workers, speed in result.get("codes_per_second_by_workers", {}).items():
        table.add_row(f"{workers} workers together", f"{speed:,.0f}")
    for name, speed in result.get("peers", {}).items():
        table.add_row(name, f"{speed:,.0f}")
    for beside in ("generating", "undoing"):
        cancel = result[f"cancel_ms_beside_{beside}"]
        cells = f"median {cancel['median']:.1f} ms, p99 {cancel['p99']:.1f} ms, longest {cancel['max']:.1f} ms"
        table.add_row(f"{cancel['cancels']} cancels beside {beside}", cells)
    table.caption = f"A small job beside a giant one took {result['small_job_waits_seconds']:.1f} s"
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="1,000,000 codes, and 10,000,000 for memory")
    parser.add_argument("--peers", action="store_true", help="also the ways that Django offers, and django-oscar")
    parser.add_argument("--json", type=Path, help="where to write the figures; {} becomes the database's name")
    options = parser.parse_args()
    result: dict = {}
    with own_database():
        for name, figure in measure(options):
            print(f"{name}: {figure}", file=sys.stderr)
            result[name] = figure
    Console(width=120).print(shown(result))
    if options.json:
        Path(str(options.json).format(connection.vendor)).write_text(json.dumps(result, indent=2))


if __name__ == "__main__":
    run("benchmarks.bulk", main)
