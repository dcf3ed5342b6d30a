"""The life cycle of a job as one table: which event leads from which state to which, and when it happens.

Only data lives here. `Job.objects.transition` turns an event into one conditional UPDATE; nothing else writes
a job's status. docs/job-lifecycle.md explains the same table in words, and a test compares the two.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    """What a job's `status` says on the wire (contract, section 2)."""

    PENDING = "pending", _("Pending")
    PROCESSING = "processing", _("Processing")
    CANCELLING = "cancelling", _("Cancelling")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")
    COMPLETED = "completed", _("Completed")


ACTIVE = (Status.PENDING, Status.PROCESSING, Status.CANCELLING)
TERMINAL = (Status.CANCELLED, Status.FAILED, Status.COMPLETED)


class State(StrEnum):
    """Where a job stands. One more than there are statuses: a job that has met an error is undone under the
    status `processing`, and is `failed` only when nothing of it is left."""

    PENDING = "pending"
    PROCESSING = "processing"
    FAILING = "failing"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    FAILED = "failed"
    COMPLETED = "completed"

    @property
    def status(self) -> Status:
        return Status.PROCESSING if self is State.FAILING else Status(self.value)


class Event(StrEnum):
    """What can happen to a job."""

    CANCEL = "cancel"
    BEGIN = "begin"
    REFUSE = "refuse"
    TAKE_OVER = "take over"
    GIVE_UP = "give up"
    COMMIT_BATCH = "commit batch"
    COMPLETE = "complete"
    FAIL = "fail"
    UNDO_BATCH = "undo batch"
    END_UNDO = "end undo"
    LET_GO = "let go"


@dataclass(frozen=True)
class Edge:
    source: State
    target: State
    when: str


TRANSITIONS: dict[Event, tuple[Edge, ...]] = {
    Event.CANCEL: (
        Edge(State.PENDING, State.CANCELLED, "someone cancels; nothing has been made yet"),
        Edge(State.PROCESSING, State.CANCELLING, "someone cancels; what was made will be undone"),
        Edge(State.FAILING, State.CANCELLING, "someone cancels a job that is failing; the cancel wins"),
    ),
    Event.BEGIN: (Edge(State.PENDING, State.PROCESSING, "a worker claims it and its codes are reserved"),),
    Event.REFUSE: (Edge(State.PENDING, State.FAILED, "a worker claims it and the promotion has no room"),),
    Event.TAKE_OVER: (
        Edge(State.PROCESSING, State.PROCESSING, "a worker claims it and goes on where the last one stopped"),
        Edge(State.FAILING, State.FAILING, "a worker claims it and goes on undoing"),
        Edge(State.CANCELLING, State.CANCELLING, "a worker claims it and goes on undoing"),
    ),
    Event.GIVE_UP: (
        Edge(State.PROCESSING, State.FAILING, "a worker claims it after too many claims without progress"),
    ),
    Event.COMMIT_BATCH: (
        Edge(State.PROCESSING, State.PROCESSING, "its worker commits a batch, together with its progress"),
    ),
    Event.COMPLETE: (Edge(State.PROCESSING, State.COMPLETED, "its worker has committed the last batch"),),
    Event.FAIL: (Edge(State.PROCESSING, State.FAILING, "its worker meets an error"),),
    Event.UNDO_BATCH: (
        Edge(State.CANCELLING, State.CANCELLING, "its worker deletes a batch of its codes"),
        Edge(State.FAILING, State.FAILING, "its worker deletes a batch of its codes"),
    ),
    Event.END_UNDO: (
        Edge(State.CANCELLING, State.CANCELLED, "nothing of it is left; its reservation is given back"),
        Edge(State.FAILING, State.FAILED, "nothing of it is left; its reservation is given back"),
    ),
    Event.LET_GO: (
        Edge(State.PROCESSING, State.PROCESSING, "its worker hands it back, or pauses after a fault"),
        Edge(State.FAILING, State.FAILING, "its worker hands it back, or pauses after a fault"),
        Edge(State.CANCELLING, State.CANCELLING, "its worker hands it back, or pauses after a fault"),
    ),
}
