"""Jobs in the admin: what they are doing, starting one; in `cancel`, `retry` and `live` what else belongs to it.

A job is never edited or deleted here: its row belongs to the worker that holds it.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, FieldTextFilter
from unfold.decorators import display

from promotions.admin.cancel import CancellingAdmin
from promotions.admin.days import DaysFilter
from promotions.admin.display import ROWS_PER_PAGE, Rights, ShownJob, moment, who
from promotions.admin.job_form import PARAMETERS, NewJobForm
from promotions.admin.keys import KeySelect
from promotions.admin.live import LiveAdmin, panel
from promotions.admin.retry import RetryingAdmin
from promotions.models import Job


@admin.register(Job)
class JobAdmin(CancellingAdmin, RetryingAdmin, LiveAdmin):
    form = NewJobForm
    autocomplete_fields = ["promotion"]
    list_display = ["job", "promotion", "job_type", "standing", "progress", "created_by", "created"]
    list_filter = [
        "status",
        "job_type",
        ("promotion", AutocompleteSelectFilter),
        ("created_at", DaysFilter),
        ("created_by", FieldTextFilter),
    ]
    list_filter_submit = True
    list_select_related = ["promotion"]
    search_fields = ["name", "uuid", "promotion__name"]
    search_help_text = _("Search by name, ID or promotion")
    when_empty = _("There are no jobs yet: open a promotion and generate codes.")
    show_full_result_count = False
    list_per_page = ROWS_PER_PAGE

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.download_view)
        return [path("<path:object_id>/download/", view, name="promotions_job_download"), *super().get_urls()]

    def download_view(self, request: HttpRequest, object_id: str) -> FileResponse:
        """The file of a completed export, for staff who may see codes."""
        job = self.get_object(request, unquote(object_id))
        if not (self.has_view_permission(request, job) and Rights.of(request.user).download):
            raise PermissionDenied
        if job is None or not job.file or not default_storage.exists(job.file):
            raise Http404
        return FileResponse(default_storage.open(job.file), as_attachment=True, content_type="text/csv; charset=utf-8")

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        widget = KeySelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, widget=widget, **kwargs)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        rights = Rights.of(request.user)
        last = [actions_for(rights)] if rights.cancel or rights.retry else []
        return [*super().get_list_display(request), *last]

    def get_fieldsets(self, request: HttpRequest, obj: Job | None = None) -> list[tuple[Any, dict[str, Any]]]:
        if obj is None:
            return [(None, {"fields": NewJobForm.Meta.fields})]
        cancelled = (_("Cancelled"), {"fields": ("cancelled_by", "cancel_requested_at", "cancel_reason")})
        times = ("created_at", "started_at", "finished_at")
        return [
            (_("Job"), {"fields": ("name", "promotion", "job_type", "uuid", "created_by", *times)}),
            *([cancelled] if obj.cancel_requested_at else []),
            *([(_("File"), {"fields": ("file_sha256",)})] if obj.file_sha256 else []),
            (_("Parameters"), {"fields": PARAMETERS}),
        ]

    def get_form(
        self, request: HttpRequest, obj: Job | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        if obj:
            # How to fill in what cannot be changed is of no use.
            kwargs["help_texts"] = {}
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
        if job := kwargs.get("obj"):
            context |= panel(request, job)
        return super().render_change_form(request, context, **kwargs)

    @display(description=_("job"), ordering="name")
    def job(self, job: Job) -> str:
        return str(job)

    @display(description=_("status"), ordering="status")
    def standing(self, job: Job) -> str:
        return cell("state", job)

    @display(description=_("progress"))
    def progress(self, job: Job) -> str:
        return cell("progress", job)

    @display(description=_("created at"), ordering="created_at")
    def created(self, job: Job) -> str:
        return moment(job.created_at)


NO_RIGHTS = Rights(cancel=False, retry=False, download=False)


def cell(name: str, job: Job, rights: Rights = NO_RIGHTS) -> str:
    """What a cell of the list shows; the page renews it by its id."""
    return render_to_string(f"admin/promotions/job/cell_{name}.html", {"shown": ShownJob(job, rights)})


def actions_for(rights: Rights) -> Callable[[Job], str]:
    """The column of what someone with these rights can do with a job."""

    @display(description=_("actions"))
    def actions(job: Job) -> str:
        return cell("actions", job, rights)

    return actions
