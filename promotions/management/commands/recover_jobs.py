"""`manage.py recover_jobs`: has jobs that nobody works on delivered again."""

from typing import Any

from django.core.management.base import CommandParser

from promotions.jobs.sweep import sweep
from promotions.management.console import ConsoleCommand


class Command(ConsoleCommand):
    help = (
        "Delivers jobs again that nobody works on: those of a worker that has died, and those whose delivery was "
        "lost. Every worker does this by itself every few seconds; does no harm at any time."
    )
    epilog = "Exit status: 0 when done, also when no job needed it, 2 for wrong usage."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--all",
            action="store_true",
            help="Every job that no worker holds, without waiting for those that may still be in the queue.",
        )
        super().add_arguments(parser)

    def handle(self, *, all: bool, json: bool, **options: Any) -> None:
        jobs = sweep(at_once=all)
        if json:
            self.print_json({"delivered": [str(job.uuid) for job in jobs]})
        for job in [] if json else jobs:
            self.print_line(f"{job.uuid}  delivered again")
        if not jobs and not json:
            self.stdout.write("No job needed to be delivered again.")
