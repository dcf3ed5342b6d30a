"""`manage.py retry_job`: starts a failed or cancelled job again, as a new one with the same parameters."""

from typing import Any

from django.core.management.base import CommandParser

from promotions.jobs.create import retry_job
from promotions.management.console import actor, find_job
from promotions.management.waiting import STARTING_EXITS, StartingCommand


class Command(StartingCommand):
    help = (
        "Starts a failed or cancelled job again: a new job with the same name and parameters, whose ID is printed. "
        "The rules for new jobs hold; the old job stays as it is."
    )
    examples = (("5f0c…", "start it again"), ("5f0c… --wait --json", "and print the new job when it has ended"))
    exits = STARTING_EXITS

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", metavar="ID", help="The failed or cancelled job's ID.")
        super().add_arguments(parser)

    def handle(self, *, id: str, wait: bool, json: bool, **options: Any) -> None:
        self.tell(retry_job(find_job(id), by=actor()), wait=wait, json=json)
