"""How jobs are shown, wherever staff meet them. Only words and colours: nothing here decides anything."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from promotions.models import Job, JobType
from promotions.states import State

# A page of more rows takes longer to draw than people like to wait.
ROWS_PER_PAGE = 50

STATE_COLOURS = {
    State.PENDING: "info",
    State.PROCESSING: "primary",
    State.FAILING: "warning",
    State.CANCELLING: "warning",
    State.CANCELLED: "",
    State.FAILED: "danger",
    State.COMPLETED: "success",
}


def who(user: AbstractBaseUser | AnonymousUser) -> str:
    """What stands under "who" for a member of staff."""
    return user.get_username()


def describe(job: Job) -> str:
    """A job's name together with its promotion's: names of jobs are often the same."""
    return f"{job} ({job.promotion})"


def progress(job: Job) -> str:
    """How far a job is; while it is being undone, and after, what is left of it."""
    if job.job_type == JobType.CODE_EXPORT:
        return _("%(exported)s exported") % {"exported": f"{job.exported:,}"}
    left = job.generated - job.deleted
    if job.is_undoing:
        return _("%(left)s left to remove") % {"left": f"{left:,}"}
    if job.state in (State.CANCELLED, State.FAILED):
        return _("nothing left")
    return _("%(generated)s of %(all)s") % {"generated": f"{job.generated:,}", "all": f"{job.wanted_codes:,}"}
