"""Waiting for the end of jobs, with their progress, and what the commands that start a job share beside it."""

import time
from collections.abc import Iterator

from django.core.management.base import CommandParser
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from promotions.management.console import INTERRUPTED, ConsoleCommand, Error, describe, progress, style_of
from promotions.models import Job
from promotions.states import TERMINAL, Status

POLL_SECONDS = 0.5
# Off a terminal: how long to be silent while the status stays the same.
SILENCE_SECONDS = 5.0


STARTING_EXITS = {
    0: "created; with `--wait`: completed",
    1: "not created; with `--wait`: not completed",
    INTERRUPTED: "ended by Ctrl-C; a job that was created goes on",
}


class WaitingCommand(ConsoleCommand):
    """A command that can wait for the end of jobs; every one takes --wait."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--wait", action="store_true", help="Wait until the job has ended, and show its progress.")
        super().add_arguments(parser)

    def wait(self, job: Job) -> None:
        """Show the progress of the job until it has ended, on stderr: stdout is for the result."""
        try:
            if self.stderr.isatty():
                self.show_bar(job)
            else:
                self.write_lines(job)
        except KeyboardInterrupt as error:
            message = "Stopped waiting; what the job has made is removed all the same."
            if job.is_cancellable:
                message = f"Stopped waiting; the job goes on. To cancel it: manage.py cancel_job {job.uuid}"
            raise Error(message, returncode=INTERRUPTED) from error
        except Job.DoesNotExist as error:
            raise Error("The job was deleted.") from error

    def show_bar(self, job: Job) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[progress]}"))
        with Progress(*columns, TimeElapsedColumn(), console=self.console(self.stderr)) as bar:
            task = bar.add_task("", total=job.total, progress="")
            for _ in until_ended(job):
                bar.update(
                    task,
                    description=f"[{style_of(job.status)}]{what_happens(job)}",
                    total=job.total,
                    completed=job.done,
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


class StartingCommand(WaitingCommand):
    """A command that starts a job."""

    def tell(self, job: Job, *, wait: bool, json: bool) -> None:
        """Print the ID of the job that was started, or all of it as JSON, and `wait` for its end. Raises Error when
        it then is not completed."""
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
