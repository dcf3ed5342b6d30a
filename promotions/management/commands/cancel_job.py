"""`manage.py cancel_job`: cancels jobs by the rule that holds for the API and the admin."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.core.management.base import CommandParser

from promotions.errors import JobNotCancellable, NotFound
from promotions.management.console import (
    Cell,
    Error,
    actor,
    at_most,
    find_job,
    find_promotion,
    style_of,
)
from promotions.management.waiting import WaitingCommand
from promotions.models import Job, Promotion
from promotions.models.lookup import as_uuid
from promotions.states import TRANSITIONS, Event, State

REASON_MAX_LENGTH = Job._meta.get_field("cancel_reason").max_length or 0
CANCEL_LEADS_TO: dict[State, State] = {edge.source: edge.target for edge in TRANSITIONS[Event.CANCEL]}


@dataclass(frozen=True)
class Outcome:
    """What happened to one ID: `cancelled`, `cancelling`, `refused` or `job not found`."""

    id: str
    outcome: str
    status: str | None = None
    detail: str = ""

    @property
    def is_cancelled(self) -> bool:
        return self.outcome in CANCEL_LEADS_TO.values()

    @property
    def cell(self) -> Cell:
        """The outcome as the table shows it."""
        if self.is_cancelled:
            return self.outcome
        return f"{self.outcome}: {self.detail} (it is {self.status})" if self.detail else self.outcome, "red"


class Command(WaitingCommand):
    help = (
        "Cancels jobs: a pending one at once; one that is being worked on becomes `cancelling`, and `cancelled` "
        "when a worker has removed its codes."
    )
    examples = (
        ("5f0c… --reason 'Wrong prefix'", "cancel one job and say why"),
        ("--promotion 9d1e… --dry-run", "say which jobs of a promotion would be cancelled"),
        ("5f0c… --wait", "cancel it, and wait until nothing of it is left"),
    )
    exits = {
        0: "every job was cancelled",
        1: "one was refused or not found; the others are cancelled all the same",
    }

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ids", nargs="*", metavar="ID", help="A job's ID, as `manage.py list_jobs` shows it.")
        parser.add_argument(
            "--promotion",
            metavar="ID",
            help="Only jobs of this promotion; without IDs of jobs, every job of it that can be cancelled.",
        )
        parser.add_argument(
            "--reason",
            type=at_most(REASON_MAX_LENGTH),
            default="",
            metavar="TEXT",
            help=f"Why, in at most {REASON_MAX_LENGTH} characters; kept with the job.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen, and change nothing.")
        super().add_arguments(parser)

    def handle(
        self,
        *,
        ids: list[str],
        promotion: str | None,
        reason: str,
        dry_run: bool,
        wait: bool,
        json: bool,
        **options: Any,
    ) -> None:
        if not ids and promotion is None:
            raise Error("Give the IDs of jobs, or --promotion for all jobs of one.", returncode=2)
        of = None if promotion is None else find_promotion(promotion)
        outcomes: list[Outcome] = []
        try:
            for text in without_repetition(ids) if ids else cancellable_jobs(of):
                outcomes.append(look(text, of) if dry_run else cancel(text, of, reason))
            if wait and not dry_run:
                outcomes = [self.wait_for_the_end(outcome) for outcome in outcomes]
        finally:
            # Also when it is interrupted: these are cancelled.
            self.print_outcomes(outcomes, dry_run, json)
        self.sum_up(outcomes, dry_run)

    def wait_for_the_end(self, outcome: Outcome) -> Outcome:
        """The outcome once nothing is left of the job."""
        if outcome.outcome != State.CANCELLING:
            return outcome
        job = find_job(outcome.id)
        self.wait(job)
        return replace(outcome, outcome=job.status, status=job.status)

    def print_outcomes(self, outcomes: list[Outcome], dry_run: bool, json: bool) -> None:
        if json:
            self.print_json({"dry_run": dry_run, "jobs": [asdict(outcome) for outcome in outcomes]})
        elif outcomes:
            rows = [
                (
                    one.id,
                    (f"would become {one.outcome}", style_of(one.outcome))
                    if dry_run and one.is_cancelled
                    else one.cell,
                )
                for one in outcomes
            ]
            self.print_table(("job", "outcome"), rows, head=False)

    def sum_up(self, outcomes: list[Outcome], dry_run: bool) -> None:
        if not outcomes:
            self.stderr.write("The promotion has no job that can be cancelled.", style_func=str)
        left = sum(not outcome.is_cancelled for outcome in outcomes)
        if left:
            would = "would not be" if dry_run else "not"
            raise Error(f"{left} of {len(outcomes)} {would} cancelled.")


def without_repetition(ids: Iterable[str]) -> list[str]:
    """`ids` in their order, each once however it is written."""
    return list(dict.fromkeys(str(as_uuid(text) or text) for text in ids))


def cancellable_jobs(promotion: Promotion | None) -> Iterator[str]:
    """The IDs of the promotion's jobs that can be cancelled now."""
    for job in Job.objects.filter(promotion=promotion).in_states(set(CANCEL_LEADS_TO)):
        yield str(job.uuid)


def cancel(text: str, promotion: Promotion | None, reason: str) -> Outcome:
    """Cancel the job with the ID `text`."""
    try:
        job = find_job(text, promotion)
        job.cancel(by=actor(), reason=reason)
    except (NotFound, Job.DoesNotExist):
        return not_found(text)
    except JobNotCancellable as error:
        return refused(job, error)
    return Outcome(text, job.status, job.status)


def look(text: str, promotion: Promotion | None) -> Outcome:
    """What `cancel` would do now."""
    try:
        job = find_job(text, promotion)
    except NotFound:
        return not_found(text)
    if job.is_cancellable:
        return Outcome(text, CANCEL_LEADS_TO[job.state].status, job.status)
    return refused(job, JobNotCancellable())


def not_found(text: str) -> Outcome:
    return Outcome(text, str(NotFound("job")))


def refused(job: Job, error: JobNotCancellable) -> Outcome:
    return Outcome(str(job.uuid), "refused", job.status, str(error))
