"""`manage.py create_job`: starts a job, and waits for its end if asked to."""

from typing import Any

from django.core.management.base import CommandParser

from promotions.jobs.create import create_job
from promotions.management.console import actor, find_promotion
from promotions.management.waiting import STARTING_EXITS, StartingCommand
from promotions.models import ConsumeUnit, JobType
from promotions.models.job import PARAMETERS


class Command(StartingCommand):
    help = "Starts a job on a promotion and prints its ID. A worker (`manage.py run_worker`) does the work."
    examples = (
        ("9d1e… code_generate --number-of-codes 1000 --code-prefix summer --wait", "make codes and watch"),
        ("9d1e… code_export", "write all codes of a promotion into a file"),
    )
    exits = STARTING_EXITS

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
        super().add_arguments(parser)

    def handle(self, *, promotion: str, job_type: str, name: str, wait: bool, json: bool, **options: Any) -> None:
        given = {key: options[key] for key in PARAMETERS if options[key] is not None}
        job = create_job(find_promotion(promotion), job_type, name=name, by=actor(), **given)
        self.tell(job, wait=wait, json=json)
