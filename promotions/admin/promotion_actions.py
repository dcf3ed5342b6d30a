"""What can be done with a promotion beside changing it: generating, adding and exporting its codes, and copying it.

The rules are elsewhere (`jobs.create`, `codes.by_hand`, `models.promotion_change`); here they are asked and answered.
"""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import modelform_factory
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from promotions.admin.code_form import AddCodesForm
from promotions.admin.display import STATE_COLOURS, STATE_NAMES, cancel_link, link_to, progress, who
from promotions.admin.job_form import GenerateForm, example
from promotions.admin.promotion_page import PromotionPage
from promotions.errors import Refused
from promotions.jobs.create import create_job
from promotions.models import Job, JobType, Promotion
from promotions.models.promotion_change import duplicate

EXAMPLE = ("code_length", "code_prefix")


class PromotionActions(PromotionPage):
    """The part of the admin of promotions that does something with one, its codes and its jobs."""

    def get_urls(self) -> list[URLPattern]:
        return [
            self.at("generate", self.generate_view, "promotions.add_job"),
            self.at("generate/example", self.example_view, "promotions.add_job", method="GET"),
            self.at("export", self.export_view, "promotions.add_job", method="POST"),
            self.at("codes/add", self.add_codes_view, "promotions.add_promotioncode"),
            self.at("duplicate", self.duplicate_view, "promotions.add_promotion", method="POST"),
            *super().get_urls(),
        ]

    def generate_view(self, request: HttpRequest, promotion: Promotion) -> HttpResponse:
        """The form that starts a job, with an example of its codes; then the job's page."""
        form = self._generate_form(request, promotion)
        if form.is_bound and self._start(request, form):
            return self._to_job(request, form.instance)
        context = {"form": form, "active": active_job(request, promotion)}
        context |= example(*(str(form[name].value() or "") for name in EXAMPLE))
        return self.tab(request, promotion, "codes", "generate", **context)

    def _generate_form(self, request: HttpRequest, promotion: Promotion) -> Any:
        """The form with the theme's widgets; not sent, but filled in anew, when only another example is asked for."""
        widgets = partial(self.formfield_for_dbfield, request=request)
        form: Any = modelform_factory(Job, form=GenerateForm, formfield_callback=widgets)
        form.started_by = who(request.user)
        if "_example" in request.POST:
            return form(initial=request.POST.dict(), promotion=promotion)
        return form(request.POST if request.method == "POST" else None, promotion=promotion)

    @transaction.atomic
    def _start(self, request: HttpRequest, form: GenerateForm) -> bool:
        """Start the job, which the form does while it is validated, and write it into the admin's log."""
        if form.is_valid():
            self.log_addition(request, form.instance, [{"added": {}}])
        return form.is_valid()

    def example_view(self, request: HttpRequest, promotion: Promotion) -> HttpResponse:
        """The example alone, as the form asks for it while it is filled in."""
        context = example(*(request.GET.get(name, "") for name in EXAMPLE))
        return TemplateResponse(request, "admin/promotions/promotion/example.html", context)

    def export_view(self, request: HttpRequest, promotion: Promotion) -> HttpResponse:
        """Start a job that exports the promotion's codes."""
        try:
            with transaction.atomic():
                job = create_job(promotion, JobType.CODE_EXPORT, by=who(request.user))
                self.log_addition(request, job, [{"added": {}}])
        except Refused as refused:
            text = _("Nothing was exported. %(why)s") % {"why": refused}
            self.message_user(request, text, messages.ERROR)
            return self._to_codes(request, promotion)
        return self._to_job(request, job)

    def add_codes_view(self, request: HttpRequest, promotion: Promotion) -> HttpResponse:
        """The form in which codes are added by hand; then the codes."""
        written = request.POST if request.method == "POST" else None
        form = AddCodesForm(written, promotion=promotion, by=who(request.user))
        if form.is_bound and (added := self._add(request, promotion, form)):
            self.message_user(request, added, messages.SUCCESS)
            return self._to_codes(request, promotion)
        return self.tab(request, promotion, "codes", "add_codes", form=form)

    @transaction.atomic
    def _add(self, request: HttpRequest, promotion: Promotion, form: AddCodesForm) -> str:
        """Add the codes, which the form does while it is validated, and write it into the admin's log. Returns what
        happened, empty when nothing did."""
        if not form.is_valid():
            return ""
        count = len(form.cleaned_data["codes"])
        text = ngettext("%(count)s code was added.", "%(count)s codes were added.", count) % {"count": count}
        self.log_change(request, promotion, f"Codes added: {count}")
        return text

    def duplicate_view(self, request: HttpRequest, promotion: Promotion) -> HttpResponse:
        """Copy the promotion, and open the copy."""
        try:
            with transaction.atomic():
                new = duplicate(promotion, by=who(request.user))
                self.log_addition(request, new, [{"added": {}}])
        except ValidationError as error:
            text = _("It was not copied: %(why)s") % {"why": " ".join(error.messages)}
            self.message_user(request, text, messages.ERROR)
            return self._to_tab(promotion, "change")
        done = _("This is the copy. It is disabled and has no codes: change what is different, then enable it.")
        self.message_user(request, done, messages.SUCCESS)
        return self._to_tab(new, "change")

    def _to_job(self, request: HttpRequest, job: Job) -> HttpResponse:
        """Go to the job's page, where its progress is seen, or say that it was started to who may not see it."""
        if request.user.has_perm("promotions.view_job"):
            return HttpResponseRedirect(reverse("admin:promotions_job_change", args=[job.pk]))
        self.message_user(request, _("The job was started."), messages.SUCCESS)
        return self._to_tab(job.promotion, "change")

    def _to_codes(self, request: HttpRequest, promotion: Promotion) -> HttpResponse:
        return self._to_tab(promotion, "codes" if request.user.has_perm("promotions.view_promotioncode") else "change")

    def _to_tab(self, promotion: Promotion, name: str) -> HttpResponse:
        return HttpResponseRedirect(reverse(f"admin:promotions_promotion_{name}", args=[promotion.pk]))


def active_job(request: HttpRequest, promotion: Promotion) -> dict[str, Any] | None:
    """The job that the promotion has not ended yet, as it is shown to who may see it."""
    job = promotion.jobs.active().first()
    if job is None:
        return None
    may_see, may_cancel = (request.user.has_perm(f"promotions.{name}_job") for name in ("view", "cancel"))
    return {
        "name": link_to(job) if may_see else job,
        "state": STATE_NAMES[job.state],
        "colour": STATE_COLOURS[job.state],
        "progress": progress(job),
        "cancel": cancel_link(job) if may_see and may_cancel else "",
    }
