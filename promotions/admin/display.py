"""How jobs, promotions and moments are shown, wherever staff meet them. Only words and colours: nothing here decides
anything."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from promotions.errors import job_error_in_words
from promotions.models import Job, JobType, Promotion, PromotionCode
from promotions.models.promotion import PromotionState
from promotions.states import State

# A page of more rows takes longer to draw than people like to wait.
ROWS_PER_PAGE = 30

STATE_NAMES = {
    State.PENDING: gettext_lazy("pending"),
    State.PROCESSING: gettext_lazy("processing"),
    State.FAILING: gettext_lazy("failing"),
    State.CANCELLING: gettext_lazy("cancelling"),
    State.CANCELLED: gettext_lazy("cancelled"),
    State.FAILED: gettext_lazy("failed"),
    State.COMPLETED: gettext_lazy("completed"),
}
STATE_COLOURS = {
    State.PENDING: "info",
    State.PROCESSING: "primary",
    State.FAILING: "warning",
    State.CANCELLING: "warning",
    State.CANCELLED: "",
    State.FAILED: "danger",
    State.COMPLETED: "success",
}
PROMOTION_COLOURS = {
    PromotionState.RUNNING: "success",
    PromotionState.SCHEDULED: "info",
    PromotionState.EXPIRED: "warning",
    PromotionState.DISABLED: "",
}

# More in one message would not be read.
NAMED_IN_A_MESSAGE = 10


def who(user: AbstractBaseUser | AnonymousUser) -> str:
    """What stands under "who" for a member of staff."""
    return user.get_username()


def describe(job: Job) -> str:
    """A job's name together with its promotion's: names of jobs are often the same."""
    return f"{job} ({job.promotion})"


def number(value: int) -> str:
    """A whole number as it is written in the language that holds: `1,000`, `1.000`."""
    return number_format(value, force_grouping=True)


def moment(value: datetime) -> SafeString:
    """A moment in the time zone that is shown, on one line: `2026-06-01 12:30`."""
    return format_html('<span class="whitespace-nowrap">{}</span>', f"{timezone.localtime(value):%Y-%m-%d %H:%M}")


def in_words(value: datetime) -> str:
    """A moment as it stands in a sentence: `1 June 2026, 12:30`."""
    return date_format(timezone.localtime(value), pgettext("format of a moment", "j F Y, H:i"))


def badge(text: object, colour: str) -> SafeString:
    """A short text in a coloured box, as in the lists of the theme."""
    return render_to_string("unfold/helpers/label.html", {"text": text, "type": colour})


def link(url: str, text: object) -> SafeString:
    """A link that looks like one."""
    css = "font-medium text-primary-600 hover:underline dark:text-primary-500"
    return format_html('<a href="{}" class="{}">{}</a>', url, css, text)


def link_to(row: Job | Promotion | PromotionCode, text: object = None) -> SafeString:
    """A link to the page of a row."""
    return link(reverse(f"admin:promotions_{row._meta.model_name}_change", args=[row.pk]), text or row)


def cancel_link(job: Job) -> SafeString | str:
    """A link to the page that cancels the job, as long as it can be cancelled."""
    if not job.is_cancellable:
        return ""
    url = reverse("admin:promotions_job_cancel", args=[job.pk])
    label = _("Cancel %(job)s") % {"job": job}
    css = "font-medium text-red-600 hover:underline dark:text-red-400"
    return format_html('<a href="{}" class="{}" aria-label="{}">{}</a>', url, css, label, _("Cancel"))


def enumerated(names: Iterable[str]) -> str:
    """The names in one sentence: the first ten, and how many more there are."""
    names = list(names)
    more = len(names) - NAMED_IN_A_MESSAGE
    rest = [_("and %(count)s more") % {"count": more}] if more > 0 else []
    return "; ".join(names[:NAMED_IN_A_MESSAGE] + rest)


def progress(job: Job) -> str:
    """How far a job is; while it is being undone, and after, what is left of it."""
    if job.job_type == JobType.CODE_EXPORT:
        return _("%(exported)s exported") % {"exported": number(job.exported)}
    left = job.generated - job.deleted
    if job.is_undoing:
        return _("%(left)s left to remove") % {"left": number(left)}
    if job.state in (State.CANCELLED, State.FAILED):
        return _("nothing left")
    return _("%(generated)s of %(all)s") % {"generated": number(job.generated), "all": number(job.wanted_codes)}


def pace(job: Job) -> str:
    """How fast a job that is worked on has been, on average, and about how long it still takes; else nothing.

    By the times in the job's row alone, which are all the database's.
    """
    if job.state is State.PROCESSING:
        began, done, left = job.started_at, job.done, job.total - job.done
    elif job.state is State.CANCELLING:
        began, done, left = job.cancel_requested_at, job.deleted, job.generated - job.deleted
    else:
        return ""
    seconds = (job.updated_at - began).total_seconds() if began else 0
    if seconds <= 0 or done <= 0:
        return ""
    speed = done / seconds
    return _("%(speed)s a second, about %(time)s left") % {
        "speed": number(round(speed)),
        "time": duration(left / speed),
    }


def duration(seconds: float) -> str:
    """A time span as people say it: `12 s`, `3 min`, `2 h 5 min`."""
    if seconds < 60:
        return _("%(count)d s") % {"count": ceil(seconds)}
    minutes = ceil(seconds / 60)
    if minutes < 60:
        return _("%(count)d min") % {"count": minutes}
    return _("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}


@dataclass(frozen=True)
class Rights:
    """What a member of staff may do with jobs."""

    cancel: bool
    retry: bool
    download: bool

    @classmethod
    def of(cls, user: AbstractBaseUser | AnonymousUser) -> "Rights":
        return cls(
            cancel=user.has_perm("promotions.cancel_job"),  # type: ignore[union-attr]
            retry=user.has_perm("promotions.add_job"),  # type: ignore[union-attr]
            # The file has the codes in it.
            download=user.has_perm("promotions.view_promotioncode"),  # type: ignore[union-attr]
        )


@dataclass(frozen=True)
class ShownJob:
    """A job as templates show it, to someone with these rights."""

    job: Job
    rights: Rights

    @property
    def state(self) -> str:
        return str(STATE_NAMES[self.job.state])

    @property
    def colour(self) -> str:
        return STATE_COLOURS[self.job.state]

    @property
    def progress(self) -> str:
        return progress(self.job)

    @property
    def pace(self) -> str:
        return pace(self.job)

    @property
    def error(self) -> str:
        return job_error_in_words(self.job.error)

    @property
    def has_bar(self) -> bool:
        return self.job.is_active and self.job.total > 0

    @property
    def can_cancel(self) -> bool:
        return self.rights.cancel and self.job.is_cancellable

    @property
    def can_retry(self) -> bool:
        return self.rights.retry and self.job.is_retryable

    @property
    def can_download(self) -> bool:
        return self.rights.download and bool(self.job.file)
