"""The audit trail: who changed which job, promotion or code, when, through which door and from where.

An entry is written in the transaction that makes the change, so it is there exactly when the change is. Nothing
changes or removes one. Progress leaves none: a job's counters tell it, and a batch has no time for more.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from promotions.models.actor import Door, present_actor
from promotions.models.fields import ByteOrderedCharField
from promotions.states import Event

if TYPE_CHECKING:
    from promotions.models.job import Job
    from promotions.models.promotion import Promotion


class AuditEvent(models.TextChoices):
    """What happened."""

    JOB_CREATED = "job_created", _("Job created")
    JOB_STARTED = "job_started", _("Job started")
    JOB_TAKEN_OVER = "job_taken_over", _("Job taken over")
    JOB_REFUSED = "job_refused", _("Job refused")
    JOB_CANCELLED = "job_cancelled", _("Job cancelled")
    JOB_GIVEN_UP = "job_given_up", _("Job given up")
    JOB_FAILING = "job_failing", _("Job failing")
    JOB_UNDONE = "job_undone", _("Job undone")
    JOB_COMPLETED = "job_completed", _("Job completed")
    PROMOTION_CREATED = "promotion_created", _("Promotion created")
    PROMOTION_CHANGED = "promotion_changed", _("Promotion changed")
    PROMOTION_DELETED = "promotion_deleted", _("Promotion deleted")
    CODE_ADDED = "code_added", _("Code added")
    CODE_CHANGED = "code_changed", _("Code changed")
    CODE_DELETED = "code_deleted", _("Code deleted")


# Batches, and a job that is handed back, are not among them: they would be all that is seen.
AUDITED: dict[Event, AuditEvent] = {
    Event.BEGIN: AuditEvent.JOB_STARTED,
    Event.REFUSE: AuditEvent.JOB_REFUSED,
    Event.TAKE_OVER: AuditEvent.JOB_TAKEN_OVER,
    Event.CANCEL: AuditEvent.JOB_CANCELLED,
    Event.GIVE_UP: AuditEvent.JOB_GIVEN_UP,
    Event.FAIL: AuditEvent.JOB_FAILING,
    Event.END_UNDO: AuditEvent.JOB_UNDONE,
    Event.COMPLETE: AuditEvent.JOB_COMPLETED,
}


class AuditEntry(models.Model):
    """One change. It outlives what it is about: it refers by the public IDs, which are never given to another, and
    without a constraint, so that it is in nobody's way."""

    at = models.DateTimeField(_("at"), db_default=Now())
    event = models.CharField(_("event"), max_length=20, choices=AuditEvent)
    actor = ByteOrderedCharField(_("who"), max_length=255, blank=True)
    door = models.CharField(_("door"), max_length=10, choices=Door, default=Door.OTHER)
    address = models.CharField(_("from"), max_length=255, blank=True)
    promotion = models.ForeignKey(
        "promotions.Promotion",
        on_delete=models.DO_NOTHING,
        to_field="uuid",
        related_name="audit_entries",
        null=True,
        db_constraint=False,
        db_index=False,
    )
    job = models.ForeignKey(
        "promotions.Job",
        on_delete=models.DO_NOTHING,
        to_field="uuid",
        related_name="audit_entries",
        null=True,
        db_constraint=False,
        db_index=False,
    )
    code = ByteOrderedCharField(_("code"), max_length=100, blank=True)
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_by_time"),
            models.Index(fields=["event", "-at", "-id"], name="audit_by_event"),
            models.Index(fields=["actor", "-at", "-id"], name="audit_by_actor"),
            models.Index(fields=["promotion", "-at", "-id"], name="audit_by_promotion"),
            models.Index(fields=["job", "id"], name="audit_by_job", condition=Q(job__isnull=False)),
            models.Index(fields=["code"], name="audit_by_code", condition=~Q(code="")),
        ]
        constraints = [
            models.CheckConstraint(name="audit_event_known", condition=Q(event__in=AuditEvent.values)),
            models.CheckConstraint(name="audit_door_known", condition=Q(door__in=Door.values)),
        ]

    def __str__(self) -> str:
        return self.get_event_display()


def record_job(event: AuditEvent, job: "Job", *, by: str = "", **details: Any) -> None:
    """Write down what has just happened to `job`, of which this is a fresh copy. In the transaction of the change.

    `by` names who did it, by default whoever is acting. What is empty among `details` is left out.
    """
    kept = {name: value for name, value in {"name": job.name, **details}.items() if value not in ("", None)}
    _new(event, job.promotion, by, job=job, details={"state": job.state} | kept).save(force_insert=True)


def record_promotion(event: AuditEvent, promotion: "Promotion", *, by: str = "", **details: Any) -> None:
    """Write down what has just happened to `promotion`. In the transaction of the change."""
    _new(event, promotion, by, details={"name": promotion.name, **details}).save(force_insert=True)


def record_codes(
    event: AuditEvent, promotion: "Promotion", texts: Iterable[str], *, by: str = "", **details: Any
) -> None:
    """Write down what has just happened to the codes with these texts, each by itself. In the transaction of the
    change; meant for what people do by hand, not for the codes of jobs."""
    AuditEntry.objects.bulk_create([_new(event, promotion, by, code=text, details=details) for text in texts])


def _new(event: AuditEvent, promotion: "Promotion", by: str, **fields: Any) -> AuditEntry:
    actor = present_actor()
    length = AuditEntry._meta.get_field("address").max_length
    return AuditEntry(
        event=event,
        promotion=promotion,
        actor=by or actor.name,
        door=actor.door,
        address=actor.address[:length],
        **fields,
    )
