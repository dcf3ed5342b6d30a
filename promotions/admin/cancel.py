"""Cancelling jobs in the admin: the action of the list, the button of a job, and the page that asks first.

`Job.cancel` alone decides whether a job can be cancelled. What is shown before is only how it looks at that moment.
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from promotions.admin.display import STATE_COLOURS, STATE_NAMES, describe, enumerated, who
from promotions.admin.refusals import BUSY
from promotions.admin.row_views import RowViews
from promotions.errors import JobNotCancellable
from promotions.models import Job
from promotions.states import State, Status

# Each job is a transaction of its own and a field of the form: a request has time and room for so many.
MOST_AT_ONCE = 500


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=Job._meta.get_field("cancel_reason").max_length,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Optional. It is kept with the job."),
    )


@dataclass(frozen=True)
class Outcome:
    """What a cancel did to a job. `refusal` says why it was not cancelled."""

    job: Job
    refusal: str = ""


class CancellingAdmin(RowViews):
    """The part of the admin of jobs that cancels them."""

    actions = ["cancel_selected"]

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("promotions.cancel_job")

    def get_urls(self) -> list[URLPattern]:
        return [self.at("cancel", self.cancel_view, "promotions.cancel_job"), *super().get_urls()]

    @admin.action(permissions=["cancel"], description=_("Cancel selected jobs"))
    def cancel_selected(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Ask, and once confirmed cancel the selected jobs."""
        jobs = self._selected(request, queryset)
        if len(jobs) > MOST_AT_ONCE:
            text = _("Nothing was cancelled: select at most %(most)s jobs at once.") % {"most": MOST_AT_ONCE}
            self.message_user(request, text, messages.ERROR)
            return None
        back = request.get_full_path()
        return self._confirm_and_cancel(request, jobs, confirmed="post" in request.POST, back=back)

    def cancel_view(self, request: HttpRequest, job: Job) -> HttpResponse:
        """Ask, and once confirmed cancel the one job."""
        back = reverse("admin:promotions_job_change", args=[job.pk])
        answer = self._confirm_and_cancel(request, [job], confirmed=request.method == "POST", back=back)
        return answer or HttpResponseRedirect(back)

    def _selected(self, request: HttpRequest, queryset: Any) -> list[Job]:
        """The selected jobs; one more than may be selected stands for all that are too many."""
        if "post" in request.POST and request.POST.get("select_across") != "1":
            # What was confirmed, even where the list's filter does not match a job any more.
            queryset = self.get_queryset(request).filter(pk__in=request.POST.getlist(ACTION_CHECKBOX_NAME))
        return list(queryset.select_related("promotion")[: MOST_AT_ONCE + 1])

    def _confirm_and_cancel(
        self, request: HttpRequest, jobs: list[Job], *, confirmed: bool, back: str
    ) -> HttpResponse | None:
        """The page that asks; None when the jobs have been cancelled and the messages say how it went."""
        form = CancelForm(request.POST if confirmed else None)
        if not form.is_valid():
            return self._ask(request, jobs, form, back)
        self._tell(request, [self._cancel(request, job, form.cleaned_data["reason"]) for job in jobs])
        return None

    def _ask(self, request: HttpRequest, jobs: list[Job], form: CancelForm, back: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Cancel job") if len(jobs) == 1 else _("Cancel jobs"),
            "opts": self.opts,
            "jobs": jobs,
            "cancellable": [shown(job) for job in jobs if job.is_cancellable],
            "refused": [shown(job) for job in jobs if not job.is_cancellable],
            "refusal": str(JobNotCancellable()),
            "form": form,
            "back": back,
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/promotions/job/cancel_confirmation.html", context)

    def _cancel(self, request: HttpRequest, job: Job, reason: str) -> Outcome:
        """Cancel one job and write it into the admin's log, both or neither."""
        try:
            with transaction.atomic():
                job.cancel(by=who(request.user), reason=reason)
                self.log_change(request, job, f"Cancelled: {reason}" if reason else "Cancelled")
        except JobNotCancellable as refused:
            return Outcome(job, str(refused))
        except OperationalError:
            # The other jobs are still tried.
            return Outcome(job, str(BUSY))
        return Outcome(job)

    def _tell(self, request: HttpRequest, outcomes: list[Outcome]) -> None:
        """One message for each thing that happened, naming the jobs it happened to."""
        done = [outcome.job for outcome in outcomes if not outcome.refusal]
        at_once = [describe(job) for job in done if job.status == Status.CANCELLED]
        undoing = [describe(job) for job in done if job.status != Status.CANCELLED]
        self._tell_one(request, messages.SUCCESS, _("Cancelled: %s."), at_once)
        self._tell_one(request, messages.INFO, _("Cancelling, their codes are being removed: %s."), undoing)
        for why in dict.fromkeys(outcome.refusal for outcome in outcomes if outcome.refusal):
            refused = [standing(outcome.job) for outcome in outcomes if outcome.refusal == why]
            self._tell_one(request, messages.WARNING, _("Not cancelled: %s."), refused, why)

    def _tell_one(self, request: HttpRequest, level: int, text: Any, names: list[str], why: str = "") -> None:
        if names:
            self.message_user(request, " ".join([text % enumerated(names), *([f"{why}."] if why else [])]), level)


def shown(job: Job) -> tuple[Job, str, Any]:
    """A job with the colour and the name of its state."""
    return job, STATE_COLOURS[job.state], STATE_NAMES[job.state]


def standing(job: Job) -> str:
    """A job and its present status, in words."""
    return _("%(job)s is %(status)s") % {"job": describe(job), "status": STATE_NAMES[State(job.status)]}
