"""How fast jobs are made and undone, against the raw limit of the same table in the same run.

    python -m benchmarks.bulk [--codes 100000]

Works on a database of its own beside the one of DATABASE_URL, which it makes and drops. Prints a table: codes per
second, and the ratio to the raw way, which is COPY of random codes in chunks on PostgreSQL, executemany INSERT OR
IGNORE on SQLite, and one DELETE for undoing. Cancels are timed while a worker in another process generates.
"""

import argparse
import os
import subprocess
import sys
import time
from statistics import quantiles

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from promotions.codes import text  # noqa: E402
from promotions.errors import JobNotCancellable  # noqa: E402
from promotions.jobs import lifecycle, runner, undo  # noqa: E402
from promotions.jobs.create import create_job  # noqa: E402
from promotions.models import Job, JobType, PromotionCode  # noqa: E402
from promotions.states import Status  # noqa: E402
from tests.factories import PromotionFactory  # noqa: E402
from tests.processes import Process  # noqa: E402

CHUNK = 10_000
COLUMNS = ("code", "promotion_id", "job_id", "uses", "max_uses", "consume_unit", "user", "created_by", "created_at")


def new_job(codes: int) -> Job:
    return create_job(PromotionFactory(), JobType.CODE_GENERATE, number_of_codes=codes, code_length=10)


def timed(action) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def raw_insert(job: Job, codes: int) -> None:
    """The plain way: random codes, in chunks, each chunk one transaction."""
    row = (job.promotion_id, job.pk, 1, 1, "per_cart", "", "", timezone.now().isoformat(" "))
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    table = PromotionCode._meta.db_table
    for _ in range(0, codes, CHUNK):
        rows = [(code, *row) for code in text.draw(CHUNK, 10)]
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                marks = ", ".join("?" * len(COLUMNS))
                sql = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
                connection.connection.executemany(sql, rows)
            else:
                with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for one in rows:
                        copy.write_row(one)


def raw_delete(job: Job) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {PromotionCode._meta.db_table} WHERE job_id = %s", [job.pk])  # noqa: S608


def generate_and_undo(codes: int) -> tuple[float, float]:
    """Seconds to make `codes` codes by a job, and to undo another job of as many."""
    job = new_job(codes)
    made = timed(lambda: runner.run(job.pk))
    cancelled = new_job(codes)
    held = lifecycle.claim(cancelled.pk)
    steps = runner.HANDLERS[held.job_type](held)
    while held.generated < codes:
        next(steps)
    held.cancel(by="benchmark")
    return made, timed(lambda: list(undo.steps(held)))


def cancels_beside_a_worker(number: int) -> list[float]:
    """Seconds that each of `number` cancels of other jobs took while a worker generates."""
    busy = new_job(1_000_000)
    worker = Process("manage.py", "run_worker", "--interval", "0.1")
    while Job.objects.get(pk=busy.pk).generated == 0:
        time.sleep(0.05)
    others = [new_job(10) for _ in range(number)]
    took = []
    for job in others:
        try:
            took.append(timed(lambda job=job: job.cancel(by="benchmark")))
        except JobNotCancellable:
            continue
        time.sleep(0.01)
    still_busy = Job.objects.get(pk=busy.pk).status == Status.PROCESSING
    worker.end()
    assert still_busy, "the worker was done before the last cancel"
    return took


def measure(codes: int) -> Table:
    table = Table("what", "ours, codes/s", "raw, codes/s", "ours/raw", title=f"{codes:,} codes, {connection.vendor}")
    raw = new_job(codes)
    inserted = timed(lambda: raw_insert(raw, codes))
    deleted = timed(lambda: raw_delete(raw))
    made, undone = generate_and_undo(codes)
    for what, ours, plain in (("generate", made, inserted), ("undo", undone, deleted)):
        table.add_row(what, f"{codes / ours:,.0f}", f"{codes / plain:,.0f}", f"{plain / ours:.2f}")
    took = cancels_beside_a_worker(100)
    table.caption = (
        f"{len(took)} cancels beside a worker: median {quantiles(took, n=2)[0] * 1000:.1f} ms, "
        f"p99 {quantiles(took, n=100)[-1] * 1000:.1f} ms"
    )
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--codes", type=int, default=100_000, help="how many codes (default: %(default)s)")
    codes = parser.parse_args().codes
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        Console().print(measure(codes))
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--both"]:
        command = [sys.executable, "-m", "benchmarks.bulk", *sys.argv[2:]]
        sys.exit(subprocess.call(command) or subprocess.call([sys.executable, "tools/with_postgresql.py", *command]))
    main()
