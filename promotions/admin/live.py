"""The parts of pages that keep themselves fresh: htmx asks for them again as long as a job in them is active."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from promotions.admin.display import ROWS_PER_PAGE, Rights, ShownJob
from promotions.admin.history import sentence, whereabouts
from promotions.jobs.health import workers_alive
from promotions.models import Job
from promotions.states import State

# The oldest are left out of a job that was taken over again and again.
ENTRIES_SHOWN = 100
# On the front page; who wants more goes to the list.
JOBS_SHOWN = 20


class LiveAdmin(ModelAdmin):
    """The part of the admin of jobs that shows where they stand, also while one looks."""

    def get_urls(self) -> list[URLPattern]:
        # Not wrapped by `admin_view`: who has been logged out would get the login page into the midst of this one.
        return [
            path("live/", self.live_rows_view, name="promotions_job_live"),
            path("live/active/", self.live_active_view, name="promotions_job_live_active"),
            path("<int:job_id>/live/", self.live_panel_view, name="promotions_job_live_panel"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        answer = super().changelist_view(request, extra_context)
        if isinstance(answer, TemplateResponse) and answer.context_data and "cl" in answer.context_data:
            answer.context_data["address"] = live_address(answer.context_data["cl"].result_list)
        return answer

    def live_rows_view(self, request: HttpRequest) -> HttpResponse:
        """The cells of the jobs in the query `job`, and who asks for them next."""
        self._check_may_look(request)
        wanted = [
            int(text) for text in request.GET.getlist("job")[:ROWS_PER_PAGE] if text.isdecimal() and len(text) < 19
        ]
        jobs = list(self.get_queryset(request).select_related("promotion").filter(pk__in=wanted))
        rights = Rights.of(request.user)
        context = {"rows": [ShownJob(job, rights) for job in jobs], "address": live_address(jobs)}
        return fresh(request, "admin/promotions/job/live_rows.html", context)

    def live_active_view(self, request: HttpRequest) -> HttpResponse:
        """The active jobs of the front page."""
        self._check_may_look(request)
        return fresh(request, "admin/dashboard/active_jobs.html", active_jobs(request))

    def live_panel_view(self, request: HttpRequest, job_id: int) -> HttpResponse:
        """What the page of a job says about where it stands."""
        self._check_may_look(request)
        job = self.get_queryset(request).select_related("promotion").filter(pk=job_id).first()
        if job is None:
            raise Http404
        return fresh(request, "admin/promotions/job/panel.html", panel(request, job))

    def _check_may_look(self, request: HttpRequest) -> None:
        if not (self.admin_site.has_permission(request) and self.has_view_permission(request)):
            raise PermissionDenied


def fresh(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A part of a page, which nobody keeps for later."""
    answer = render(request, template, context)
    add_never_cache_headers(answer)
    return answer


def live_address(jobs: Iterable[Job]) -> str:
    """Where a list with these jobs asks for the cells of those that are active; empty when none is."""
    active = [("job", job.pk) for job in jobs if job.is_active]
    return f"{reverse('admin:promotions_job_live')}?{urlencode(active)}" if active else ""


def active_jobs(request: HttpRequest) -> dict[str, Any]:
    """What the template of the active jobs needs: the oldest of them, whether there are more, and who works."""
    rights = Rights.of(request.user)
    jobs = list(Job.objects.active().select_related("promotion").order_by("id")[: JOBS_SHOWN + 1])
    return {
        "active": [ShownJob(job, rights) for job in jobs[:JOBS_SHOWN]],
        "more": len(jobs) > JOBS_SHOWN,
        "workers": workers_alive(),
        "rights": rights,
    }


def panel(request: HttpRequest, job: Job) -> dict[str, Any]:
    """What the template of a job's panel needs."""
    entries = list(job.audit_entries.order_by("-id")[:ENTRIES_SHOWN])[::-1]
    return {
        "shown": ShownJob(job, Rights.of(request.user)),
        "timeline": [(entry, sentence(entry), whereabouts(entry)) for entry in entries],
        "hint": hint(job),
    }


def hint(job: Job) -> str:
    """What staff should know about a job that nothing happens to; else nothing."""
    if job.is_active and job.state is not State.PROCESSING and not workers_alive():
        return str(_("No worker is running: the job waits until one is started."))
    return ""
