"""Jobs in the admin: what they are doing, starting one, and (in `cancel`) cancelling them.

A job is never edited or deleted here: its row belongs to the worker that holds it.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.enums import ActionVariant

from promotions.admin.cancel import CancellingAdmin
from promotions.admin.display import ROWS_PER_PAGE, STATE_COLOURS, cancel_link, moment, progress, who
from promotions.admin.job_form import PARAMETERS, NewJobForm
from promotions.models import Job
from promotions.states import State


@admin.register(Job)
class JobAdmin(CancellingAdmin):
    form = NewJobForm
    autocomplete_fields = ["promotion"]
    list_display = ["job", "promotion", "job_type", "standing", "progress", "created_by", "created", "cancel_link"]
    list_filter = ["status", "job_type"]
    list_select_related = ["promotion"]
    search_fields = ["name", "uuid", "promotion__name"]
    search_help_text = _("Search by name, ID or promotion")
    show_full_result_count = False
    list_per_page = ROWS_PER_PAGE

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False

    def get_list_display(self, request: HttpRequest) -> list[str]:
        may_cancel = self.has_cancel_permission(request)
        return [name for name in super().get_list_display(request) if may_cancel or name != "cancel_link"]

    def get_fieldsets(self, request: HttpRequest, obj: Job | None = None) -> list[tuple[Any, dict[str, Any]]]:
        if obj is None:
            return [(None, {"fields": NewJobForm.Meta.fields})]
        cancelled = (_("Cancelled"), {"fields": ("cancelled_by", "cancel_requested_at", "cancel_reason")})
        return [
            (None, {"fields": ("name", "promotion", "job_type", "uuid", "created_by", "created_at")}),
            (
                _("Progress"),
                {"fields": ("standing", "error", "progress", "generated", "deleted", "started_at", "finished_at")},
            ),
            *([cancelled] if obj.cancel_requested_at else []),
            (_("Parameters"), {"fields": PARAMETERS}),
        ]

    def get_form(
        self, request: HttpRequest, obj: Job | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)
        form.started_by = who(request.user)
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the address fills in, without a promotion that is no key: the theme would fail on it."""
        initial = super().get_changeform_initial_data(request)
        if not initial.get("promotion", "").isdecimal():
            initial.pop("promotion", None)
        return initial

    def save_model(self, request: HttpRequest, obj: Job, form: forms.ModelForm, change: bool) -> None:
        """Nothing is left to do: the form has started the job."""

    def response_post_save_add(self, request: HttpRequest, obj: Job) -> HttpResponse:
        """Go to the job's page, where its progress is seen and where it can be cancelled."""
        if self.has_view_permission(request, obj):
            return HttpResponseRedirect(reverse("admin:promotions_job_change", args=[obj.pk]))
        return super().response_post_save_add(request, obj)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        job = kwargs.get("obj")
        if job and job.is_cancellable and self.has_cancel_permission(request):
            context["cancel_url"] = reverse("admin:promotions_job_cancel", args=[job.pk])
            context["cancel_button"] = {"variant": ActionVariant.DANGER, "icon": "cancel"}
        return super().render_change_form(request, context, **kwargs)

    @display(description=_("job"), ordering="name")
    def job(self, job: Job) -> str:
        return str(job)

    @display(description=_("status"), ordering="status", label=STATE_COLOURS)
    def standing(self, job: Job) -> State:
        return job.state

    @display(description=_("progress"))
    def progress(self, job: Job) -> str:
        return progress(job)

    @display(description=_("created at"), ordering="created_at")
    def created(self, job: Job) -> str:
        return moment(job.created_at)

    @display(description=_("cancel"))
    def cancel_link(self, job: Job) -> str | None:
        return cancel_link(job) or None
