"""`manage.py list_jobs`: which jobs there are and how far they have come."""

from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from promotions.management.console import ConsoleCommand, describe, find_promotion, progress
from promotions.models import Job
from promotions.states import Status

COLUMNS = ("id", "promotion", "type", "name", "status", "progress", "created", "who")


class Command(ConsoleCommand):
    help = "Lists jobs, the newest first."
    examples = (
        ("--status pending processing", "what runs and waits"),
        ("--promotion 9d1e… --limit 5", "the newest five of a promotion"),
        ("--status failed --json | jq -r '.jobs[].id'", "the IDs of those that failed"),
    )
    exits = {0: "listed, also when there is none", 1: "the promotion is not found"}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--status",
            nargs="+",
            action="extend",
            type=status,
            choices=Status.values,
            metavar="STATUS",
            help=f"Only jobs in one of these: {', '.join(Status.values)}.",
        )
        parser.add_argument("--promotion", metavar="ID", help="Only jobs of this promotion.")
        parser.add_argument(
            "--limit", type=positive, default=50, metavar="N", help="At most so many jobs (default: %(default)s)."
        )
        super().add_arguments(parser)

    def handle(
        self, *, status: list[str] | None, promotion: str | None, limit: int, json: bool, **options: Any
    ) -> None:
        jobs = Job.objects.select_related("promotion").order_by("-id")
        if status:
            jobs = jobs.filter(status__in=status)
        if promotion is not None:
            jobs = jobs.filter(promotion=find_promotion(promotion))
        if json:
            self.print_json({"jobs": [describe(job) for job in jobs[:limit]]})
        elif rows := [row(job) for job in jobs[:limit]]:
            self.print_table(COLUMNS, rows)
        else:
            self.stdout.write("No jobs.")


def row(job: Job) -> tuple[str, ...]:
    created = timezone.localtime(job.created_at).strftime("%Y-%m-%d %H:%M:%S")
    return (
        str(job.uuid),
        job.promotion.name,
        job.job_type,
        job.name,
        job.status,
        progress(job),
        created,
        job.created_by,
    )


def status(text: str) -> str:
    """A job's status as it is stored; the API's documentation calls the last one `complete`."""
    return Status.COMPLETED.value if text == "complete" else text


def positive(text: str) -> int:
    """The type of an argument that takes a number from 1 on."""
    number = int(text)
    if number < 1:
        raise ArgumentTypeError("must be at least 1")
    return number
