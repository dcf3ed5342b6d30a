"""`manage.py recover_jobs`: has jobs that nobody works on delivered again."""

from typing import Any

from django.core.management.base import CommandParser

from promotions.jobs.sweep import sweep, sweep_deleted
from promotions.management.console import ConsoleCommand


class Command(ConsoleCommand):
    help = (
        "Delivers jobs again that nobody works on: those of a worker that has died, and those whose delivery was "
        "lost; likewise the removal of deleted promotions. Every worker does this by itself every few seconds; does "
        "no harm at any time."
    )
    examples = (
        ("", "have delivered again what a dead worker has left"),
        ("--all", "after the queue was emptied: everything that no worker holds"),
    )
    exits = {0: "done, also when none needed it", 1: "the database cannot be used"}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--all",
            action="store_true",
            help="Every job that no worker holds, without waiting for those that may still be in the queue.",
        )
        super().add_arguments(parser)

    def handle(self, *, all: bool, json: bool, **options: Any) -> None:
        jobs, promotions = sweep(at_once=all), sweep_deleted(at_once=all)
        if json:
            removals = [str(promotion.uuid) for promotion in promotions]
            self.print_json({"delivered": [str(job.uuid) for job in jobs], "removals": removals})
            return
        rows = [(str(job.uuid), "delivered again") for job in jobs]
        rows += [(str(one.uuid), "removal of the deleted promotion delivered again") for one in promotions]
        if rows:
            self.print_table(("id", "what happened"), rows, head=False)
        else:
            self.stdout.write("No job needed to be delivered again.")
