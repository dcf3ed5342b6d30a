"""Retrying jobs in the admin: the page that shows what will be started again, and asks first."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.translation import gettext_lazy as _

from promotions.admin.display import STATE_COLOURS, STATE_NAMES, describe, number, who
from promotions.admin.row_views import RowViews
from promotions.errors import JobNotRetryable, Refused
from promotions.jobs.create import retry_job
from promotions.models import Job
from promotions.models.job import PARAMETERS


def shown(value: int | str) -> str:
    """A parameter as people read it."""
    return number(value) if isinstance(value, int) else value


class RetryingAdmin(RowViews):
    """The part of the admin of jobs that starts a failed or cancelled one again, as a new job."""

    def get_urls(self) -> list[URLPattern]:
        return [self.at("retry", self.retry_view, "promotions.add_job"), *super().get_urls()]

    def retry_view(self, request: HttpRequest, job: Job) -> HttpResponse:
        """Ask, and once confirmed start the job again and lead to the new one."""
        if request.method != "POST":
            return self._ask_to_retry(request, job)
        return HttpResponseRedirect(reverse("admin:promotions_job_change", args=[self._retry(request, job).pk]))

    def _ask_to_retry(self, request: HttpRequest, job: Job) -> HttpResponse:
        given = [(name, getattr(job, name)) for name in PARAMETERS if getattr(job, name) is not None]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Retry job"),
            "opts": self.opts,
            "job": job,
            "colour": STATE_COLOURS[job.state],
            "state": STATE_NAMES[job.state],
            "parameters": [(self.opts.get_field(name).verbose_name, shown(value)) for name, value in given],
            "refusal": "" if job.is_retryable else str(JobNotRetryable()),
            "back": reverse("admin:promotions_job_change", args=[job.pk]),
        }
        return TemplateResponse(request, "admin/promotions/job/retry_confirmation.html", context)

    def _retry(self, request: HttpRequest, job: Job) -> Job:
        """The job to lead to: the new one, or the old one with a message that says why there is no new one."""
        try:
            new = retry_job(job, by=who(request.user))
        except (Refused, ValidationError) as refused:
            why = "; ".join(refused.messages) if isinstance(refused, ValidationError) else str(refused)
            text = _("Not started again: %(job)s. %(why)s") % {"job": describe(job), "why": why}
            self.message_user(request, text, messages.ERROR)
            return job
        self.message_user(request, _("Started again: %s.") % describe(new), messages.SUCCESS)
        return new
