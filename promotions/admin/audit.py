"""The audit trail in the admin: to be read by those who may, changed by nobody."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from promotions.admin.days import DaysFilter
from promotions.admin.history import sentence, whereabouts
from promotions.admin.long_list import LongListAdmin
from promotions.models import AuditEntry
from promotions.models.lookup import as_uuid


@admin.register(AuditEntry)
class AuditEntryAdmin(LongListAdmin):
    """Not even a superuser adds, changes or deletes an entry."""

    list_display = ["when", "event", "about", "told", "who", "where"]
    list_filter = ["event", "door", ("at", DaysFilter)]
    order = ("-at", "-id")
    search_fields = ["actor", "code", "job", "promotion"]
    when_empty = _("Nothing has happened yet. What is done to promotions, codes and jobs will stand here.")
    search_help_text = _("Search by who, by a code, or by the ID of a job or promotion")
    fields = ["at", "event", "about", "told", "who", "where", "of_job", "of_promotion", "code", "details"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        return super().get_queryset(request).select_related("promotion", "job")

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        """What is about the job, promotion or code that is searched for, or was done by someone of that name. One of
        these at a time, so that the database finds each by its index."""
        wanted = search_term.strip()
        if not wanted:
            return queryset, False
        if key := as_uuid(wanted):
            return queryset.filter(Q(job=key) | Q(promotion=key)), False
        of_code, exact = queryset.filter(code=wanted), queryset.filter(actor=wanted)
        return next(
            (found for found in (of_code, exact) if found.exists()), queryset.filter(actor__startswith=wanted)
        ), False

    @display(description=_("when"))
    def when(self, entry: AuditEntry) -> str:
        at = f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}"
        return format_html('<span class="whitespace-nowrap">{}</span>', at)

    @display(description=_("about"))
    def about(self, entry: AuditEntry) -> str:
        """The code, job or promotion, with a link to what is still there."""
        name = entry.code or entry.details.get("name") or entry.job_id or entry.promotion_id or "-"
        if entry.job:
            address = reverse("admin:promotions_job_change", args=[entry.job.pk])
        elif entry.promotion and entry.promotion.deleted_at is None:
            address = reverse("admin:promotions_promotion_change", args=[entry.promotion.pk])
        else:
            return str(name)
        return format_html('<a href="{}" class="row-link">{}</a>', address, name)

    @display(description=_("what"))
    def told(self, entry: AuditEntry) -> str:
        return sentence(entry)

    @display(description=_("who"))
    def who(self, entry: AuditEntry) -> str:
        return entry.actor or "-"

    @display(description=_("job ID"))
    def of_job(self, entry: AuditEntry) -> Any:
        return entry.job_id

    @display(description=_("promotion ID"))
    def of_promotion(self, entry: AuditEntry) -> Any:
        return entry.promotion_id

    @display(description=_("from"))
    def where(self, entry: AuditEntry) -> str:
        return whereabouts(entry)
