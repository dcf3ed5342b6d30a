"""`manage.py create_job`: starts a job, and waits for its end if asked to."""

import time
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from promotions.jobs.create import create_job
from promotions.management.console import (
    INTERRUPTED,
    ConsoleCommand,
    Error,
    actor,
    describe,
    find_promotion,
    progress,
    style_of,
)
from promotions.models import ConsumeUnit, Job, JobType
from promotions.models.job import PARAMETERS
from promotions.states import TERMINAL, Status

POLL_SECONDS = 0.5
# Off a terminal: how long to be silent while the status stays the same.
SILENCE_SECONDS = 5.0


class Command(ConsoleCommand):
    help = "Starts a job on a promotion and prints its ID. A worker (`manage.py run_worker`) does the work."
    epilog = (
        "Exit status: 0 when the job was created (with --wait: when it was completed), 1 when it was not, 2 for "
        "wrong usage, 130 when Ctrl-C ended the waiting; the job then goes on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("promotion", metavar="PROMOTION", help="The promotion's ID.")
        parser.add_argument("job_type", choices=JobType.values, help="What to do.")
        parser.add_argument("--number-of-codes", type=int, metavar="N", help="How many codes to generate.")
        parser.add_argument(
            "--max-uses-per-code", type=int, metavar="N", help="How often each can be used (default: without limit)."
        )
        parser.add_argument(
            "--consume-unit",
            choices=ConsumeUnit.values,
            help="What one use is (default: per_cart).",
        )
        parser.add_argument(
            "--code-length", type=int, metavar="N", help="How many letters and digits, 8 to 16 (default: 8)."
        )
        parser.add_argument("--code-prefix", metavar="TEXT", help="What each code begins with, before a dash.")
        parser.add_argument("--name", default="", metavar="TEXT", help="What to call the job.")
        parser.add_argument("--wait", action="store_true", help="Wait until the job has ended, and show its progress.")
        super().add_arguments(parser)

    def handle(self, *, promotion: str, job_type: str, name: str, wait: bool, json: bool, **options: Any) -> None:
        given = {key: options[key] for key in PARAMETERS if options[key] is not None}
        job = create_job(find_promotion(promotion), job_type, name=name, by=actor(), **given)
        if not json:
            self.stdout.write(str(job.uuid))
            self.stdout.flush()
        try:
            if wait:
                self.wait(job)
        finally:
            if json:
                self.print_json(describe(job))
        if wait and job.status != Status.COMPLETED:
            raise Error(f"The job is {job.status}{': ' if job.error else '.'}{job.error}")

    def wait(self, job: Job) -> None:
        """Show the progress of the job until it has ended, on stderr: stdout is for the result."""
        try:
            if self.stderr.isatty():
                self.show_bar(job)
            else:
                self.write_lines(job)
        except KeyboardInterrupt as error:
            message = f"Stopped waiting; the job goes on. To cancel it: manage.py cancel_job {job.uuid}"
            raise Error(message, returncode=INTERRUPTED) from error
        except Job.DoesNotExist as error:
            raise Error("The job was deleted.") from error

    def show_bar(self, job: Job) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[progress]}"))
        with Progress(*columns, TimeElapsedColumn(), console=self.console(self.stderr)) as bar:
            task = bar.add_task("", total=job.number_of_codes, progress="")
            for _ in until_ended(job):
                bar.update(
                    task,
                    description=f"[{style_of(job.status)}]{what_happens(job)}",
                    completed=job.generated - job.deleted,
                    progress=progress(job),
                )

    def write_lines(self, job: Job) -> None:
        """A line whenever the status changes, and now and then between."""
        last, silent_until = "", 0.0
        for _ in until_ended(job):
            if what_happens(job) == last and time.monotonic() < silent_until:
                continue
            last, silent_until = what_happens(job), time.monotonic() + SILENCE_SECONDS
            self.print_line(f"{last}  {progress(job)}", stream=self.stderr)


def until_ended(job: Job) -> Iterator[None]:
    """Keep `job` fresh: yields after each look at its row, the last time when it has ended."""
    while True:
        job.refresh_from_db()
        yield
        if job.status in TERMINAL:
            return
        time.sleep(POLL_SECONDS)


def what_happens(job: Job) -> str:
    return "waiting for a worker" if job.status == Status.PENDING else str(job.status)
