"""Jobs: the row that is the truth about a piece of work, and the one method that cancels it."""

import logging
import uuid
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from promotions.errors import JobNotCancellable
from promotions.models.audit import AUDITED, record_job
from promotions.models.fields import no_control_characters, no_formula
from promotions.models.promotion import ConsumeUnit, Promotion
from promotions.models.webhook import WebhookEvent, announce
from promotions.states import ACTIVE, TERMINAL, TRANSITIONS, Event, State, Status

logger = logging.getLogger(__name__)

CODE_LENGTH_DEFAULT = 8
CODE_LENGTH_MIN = 8
CODE_LENGTH_MAX = 16
PREFIX_MAX_LENGTH = 50

# Neither a lease nor a pause is longer.
LONGEST_LEASE = timedelta(minutes=5)

# What a job that generates is told, in the contract's order.
PARAMETERS = ("number_of_codes", "consume_unit", "max_uses_per_code", "code_length", "code_prefix")


class JobType(models.TextChoices):
    """What a job does (contract, section 2)."""

    CODE_GENERATE = "code_generate", _("Generate codes")
    CODE_EXPORT = "code_export", _("Export codes")


# What is told of a job that has got this status. Nobody is told that a job waits: whoever started it knows.
TOLD = {
    Status.PROCESSING: WebhookEvent.JOB_STARTED,
    Status.CANCELLING: WebhookEvent.JOB_CANCELLING,
    Status.CANCELLED: WebhookEvent.JOB_CANCELLED,
    Status.FAILED: WebhookEvent.JOB_FAILED,
    Status.COMPLETED: WebhookEvent.JOB_COMPLETED,
}


def in_state(state: State) -> Q:
    """The condition that selects jobs in `state`."""
    failing = ~Q(error="") if state is State.FAILING else Q(error="") if state is State.PROCESSING else Q()
    return Q(status=state.status) & failing


class JobQuerySet(models.QuerySet["Job"]):
    def in_states(self, states: "set[State] | tuple[State, ...]") -> "JobQuerySet":
        """The jobs that are in one of `states`."""
        return self.filter(reduce(or_, map(in_state, states)))

    def active(self) -> "JobQuerySet":
        """The jobs that have not ended."""
        return self.filter(status__in=ACTIVE)

    def unheld(self, now: "Now | datetime | None" = None) -> "JobQuerySet":
        """The jobs that have not ended and that no worker holds at `now`, by default the database's time."""
        now = now or Now()
        # What seems to be held for much longer than anyone may was held by a clock that has been set back since. Not
        # just longer: who has waited for the row compares with the time before.
        ended = Q(lease_expires_at__lte=now) | Q(lease_expires_at__gt=now + 2 * LONGEST_LEASE)
        return self.active().filter(Q(lease_expires_at=None) | ended)

    def transition(self, event: Event, job: "Job", *, by: str = "", is_told: bool = True, **changes: Any) -> bool:
        """Let `event` happen to `job`, if it is among the selected ones and in a state from which the table allows it.

        One conditional UPDATE, which also writes `changes`; whatever `job`, a copy of the row, says. Returns whether
        it happened; if not, nothing is changed. An event that the audit trail keeps leaves its entry in the same
        transaction, as done `by` this one or whoever is acting, unless it is not to be told; a new status is told to
        the webhooks that want to know; and `job` is then fresh, with its promotion.
        """
        if event not in AUDITED:
            return self._write(event, job.pk, changes)
        # Without a savepoint: who rolls it back rolls back what is around it, too.
        with transaction.atomic(savepoint=False):
            happened = self._write(event, job.pk, changes)
            if happened:
                job.refresh_from_db(from_queryset=Job.objects.select_related("promotion"))
            if happened and is_told:
                record_job(AUDITED[event], job, by=by, **job.standing_in_numbers())
            if happened and any(edge.source.status != edge.target.status for edge in TRANSITIONS[event]):
                announce(TOLD[Status(job.status)], job.told)
        return happened

    def _write(self, event: Event, job_id: int, changes: dict[str, Any]) -> bool:
        """The only writer of `Job.status`."""
        edges = TRANSITIONS[event]
        status = Case(*(When(in_state(edge.source), then=Value(edge.target.status)) for edge in edges))
        ends = [When(in_state(edge.source), then=Now()) for edge in edges if edge.target.status in TERMINAL]
        if ends:
            changes["finished_at"] = Case(*ends, default=F("finished_at"))
        row = self.filter(pk=job_id).in_states({edge.source for edge in edges})
        return row.update(status=status, updated_at=Now(), **changes) == 1


class Job(models.Model):
    """A piece of work on the codes of one promotion, done by a worker (contract, section 2).

    The queue only says "work on job X"; everything that matters is here. A worker holds a job by its
    `lease_token`, and every write of that worker is conditional on it (promotions.jobs.lifecycle).
    """

    uuid = models.UUIDField("ID", default=uuid.uuid4, unique=True, editable=False)
    promotion = models.ForeignKey(Promotion, on_delete=models.PROTECT, related_name="jobs", db_index=False)
    job_type = models.CharField(_("type"), max_length=20, choices=JobType)
    name = models.CharField(max_length=50, blank=True)

    # Parameters; null means not given.
    number_of_codes = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    max_uses_per_code = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Empty means unlimited, 0 means that they cannot be used.")
    )
    consume_unit = models.CharField(  # noqa: DJ001 - null tells "not given" from every text
        max_length=8, null=True, blank=True, choices=ConsumeUnit
    )
    code_length = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(CODE_LENGTH_MIN), MaxValueValidator(CODE_LENGTH_MAX)],
    )
    code_prefix = models.CharField(  # noqa: DJ001
        max_length=PREFIX_MAX_LENGTH, null=True, blank=True, validators=[no_formula, no_control_characters]
    )

    # Where it stands.
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING, editable=False)
    error = models.CharField(max_length=500, blank=True, editable=False)
    generated = models.PositiveIntegerField(default=0, editable=False)
    deleted = models.PositiveIntegerField(default=0, editable=False)
    exported = models.PositiveIntegerField(default=0, editable=False)
    # The name in the storage of what a completed export has written; empty again when that has expired.
    file = models.CharField(max_length=255, blank=True, editable=False)
    # Of the file as it was written, in hexadecimal; stays when the file has expired.
    file_sha256 = models.CharField(  # noqa: DJ001 - null as for jobs that were done before it was kept
        _("SHA-256 of the file"), max_length=64, null=True, editable=False
    )

    # Who and when.
    created_by = models.CharField(max_length=255, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    cancelled_by = models.CharField(max_length=255, blank=True, editable=False)
    cancel_reason = models.CharField(max_length=500, blank=True, editable=False)
    cancel_requested_at = models.DateTimeField(null=True, editable=False)

    # How it is worked on.
    lease_token = models.PositiveBigIntegerField(default=0, editable=False)
    lease_expires_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)
    delivered_at = models.DateTimeField(db_default=Now(), editable=False)
    # Every code of this job that is there has a greater id: where undoing begins, and goes on.
    after_code_id = models.PositiveBigIntegerField(default=0, editable=False)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        permissions = [("cancel_job", "Can cancel job")]
        indexes = [
            models.Index(fields=["promotion", "-id"], name="job_by_promotion"),
            models.Index(fields=["id"], name="job_active", condition=Q(status__in=ACTIVE)),
            models.Index(fields=["status", "finished_at"], name="job_ended", condition=Q(status__in=TERMINAL)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["promotion"],
                name="job_one_active_per_promotion",
                condition=Q(status__in=ACTIVE),
            ),
            models.CheckConstraint(name="job_type_known", condition=Q(job_type__in=JobType.values)),
            models.CheckConstraint(name="job_status_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(
                name="job_generates_at_least_one",
                condition=Q(number_of_codes__isnull=False, number_of_codes__gte=1) | Q(job_type=JobType.CODE_EXPORT),
            ),
            models.CheckConstraint(
                name="job_code_length_allowed",
                condition=Q(code_length=None) | Q(code_length__range=(CODE_LENGTH_MIN, CODE_LENGTH_MAX)),
            ),
            models.CheckConstraint(
                name="job_counters_sane",
                condition=Q(deleted__lte=F("generated"))
                & (Q(generated__lte=F("number_of_codes")) | Q(job_type=JobType.CODE_EXPORT, generated=0)),
            ),
            models.CheckConstraint(
                name="job_completed_is_whole",
                condition=~Q(status=Status.COMPLETED)
                | Q(job_type=JobType.CODE_EXPORT, error="")
                | Q(generated=F("number_of_codes"), deleted=0, error=""),
            ),
            models.CheckConstraint(
                name="job_file_only_of_completed_export",
                condition=Q(file="") | Q(status=Status.COMPLETED, job_type=JobType.CODE_EXPORT),
            ),
            models.CheckConstraint(
                name="job_undone_leaves_nothing",
                condition=~Q(status__in=[Status.CANCELLED, Status.FAILED]) | Q(deleted=F("generated")),
            ),
            models.CheckConstraint(name="job_failed_says_why", condition=~Q(status=Status.FAILED) | ~Q(error="")),
            models.CheckConstraint(
                name="job_ended_has_time_and_no_lease",
                condition=Q(status__in=ACTIVE, finished_at=None)
                | Q(status__in=TERMINAL, finished_at__isnull=False, lease_expires_at=None),
            ),
            models.CheckConstraint(
                name="job_cancel_has_time",
                condition=~Q(status__in=[Status.CANCELLING, Status.CANCELLED]) | Q(cancel_requested_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.get_job_type_display()} {self.uuid}"

    @property
    def state(self) -> State:
        """Where the job stands; `failing` is not told apart by its status."""
        if self.status == Status.PROCESSING and self.error:
            return State.FAILING
        return State(self.status)

    def clean(self) -> None:
        """A job that generates must say how many. Raises ValidationError."""
        if self.job_type == JobType.CODE_GENERATE and self.number_of_codes is None:
            raise ValidationError({"number_of_codes": ValidationError(_("This field is required."), code="required")})

    @property
    def log_fields(self) -> dict[str, Any]:
        """What every line of the log about this job carries, as `extra`."""
        return {"job": str(self.uuid), "token": self.lease_token}

    def told(self) -> dict[str, Any]:
        """The job as webhooks are told of it."""
        return {
            "type": "promotion_job",
            "id": self.uuid,
            "promotion_id": self.promotion.uuid,
            "job_type": self.job_type,
            "name": self.name,
            "status": self.status,
            "error": self.error,
            "number_of_codes": self.number_of_codes,
            **{name: getattr(self, name) for name in ("generated", "deleted", "exported")},
            **{name: getattr(self, name) for name in ("created_by", "created_at", "started_at", "finished_at")},
            **{name: getattr(self, name) for name in ("cancelled_by", "cancel_reason", "cancel_requested_at")},
        }

    @property
    def wanted_codes(self) -> int:
        """How many codes the job makes, and reserves in its promotion while it does: none when it exports."""
        return self.number_of_codes or 0

    @property
    def done(self) -> int:
        """How much of `total` is there: codes made and not removed again, or rows exported."""
        return self.exported if self.job_type == JobType.CODE_EXPORT else self.generated - self.deleted

    @property
    def total(self) -> int:
        """How many codes the job makes, or about how many it exports. Needs the promotion for the latter."""
        return (
            max(self.promotion.code_count, self.exported) if self.job_type == JobType.CODE_EXPORT else self.wanted_codes
        )

    @property
    def is_active(self) -> bool:
        """Whether it has not ended."""
        return self.status in ACTIVE

    @property
    def is_retryable(self) -> bool:
        """Whether it has ended without a result, so that the same may be tried as a new job."""
        return self.status in (Status.CANCELLED, Status.FAILED)

    @property
    def is_undoing(self) -> bool:
        """Whether what the job has made is being removed."""
        return self.state in (State.FAILING, State.CANCELLING)

    @property
    def is_cancellable(self) -> bool:
        """Whether `cancel` would be allowed, as far as this copy of the row knows. Only for showing."""
        return any(edge.source == self.state for edge in TRANSITIONS[Event.CANCEL])

    def cancel(self, *, by: str | None = None, reason: str = "") -> None:
        """Cancel the job: a pending one is `cancelled` at once, a processing one becomes `cancelling` and is
        `cancelled` when a worker has removed its codes.

        `by` names who did it, `reason` says why; both are kept. One UPDATE decides, whatever this copy of the
        row says; afterwards the copy is fresh. Raises JobNotCancellable in every other state.
        """
        why: dict[str, Any] = {"cancelled_by": by or "", "cancel_reason": reason, "cancel_requested_at": Now()}
        if not Job.objects.transition(Event.CANCEL, self, by=by or "", **why):
            self.refresh_from_db()
            raise JobNotCancellable
        logger.info("job %s: %s, by %s", self.uuid, self.status, by or "no one named", extra=self.log_fields)

    def standing_in_numbers(self) -> dict[str, Any]:
        """What the audit trail keeps of the row beside its state."""
        return {
            "token": self.lease_token or None,
            "generated": self.generated or None,
            "deleted": self.deleted or None,
            "exported": self.exported or None,
            "error": self.error,
            "reason": self.cancel_reason,
        }
