"""Promotions in the admin. Only the fields that staff may change are ever written: workers count codes meanwhile."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet, TextField
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from promotions.admin.display import PROMOTION_COLOURS, ROWS_PER_PAGE, moment, number, who
from promotions.admin.promotion_actions import PromotionActions
from promotions.admin.promotion_form import PromotionForm, fieldsets_for, form_for
from promotions.admin.promotion_page import head
from promotions.admin.schema_fields import FIELDS
from promotions.errors import NotFound
from promotions.jobs.delete import delete_promotion
from promotions.models import Promotion, PromotionType
from promotions.models.promotion_change import create, save_change

# Who may not change a promotion sees all of it as it is stored.
TO_LOOK_AT = [
    "name",
    "description",
    "enabled",
    "automatic",
    "start",
    "end",
    "promotion_type",
    "schema",
    "min_cart_value",
    "max_discount_value",
    "max_applications_per_cart",
]


@admin.register(Promotion)
class PromotionAdmin(PromotionActions):
    list_display = ["name", "promotion_type", "standing", "codes", "starts", "ends"]
    list_filter = ["enabled", "automatic", "promotion_type"]
    search_fields = ["name", "uuid"]
    search_help_text = _("Search by name or ID")
    when_empty = _("There are no promotions yet: add the first one.")
    list_per_page = ROWS_PER_PAGE
    formfield_overrides = {TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 4})}}
    readonly_fields = ["uuid", "code_count", "created_by", "created_at", "updated_by", "updated_at"]
    record = (_("Record"), {"fields": readonly_fields})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Promotion]:
        return super().get_queryset(request).present()

    def get_deleted_objects(self, objs: Iterable[Promotion], request: HttpRequest) -> tuple[Any, ...]:
        """What the page that asks before deleting shows: counted, not listed, since there may be millions of codes."""
        promotions = list(objs)
        codes = sum(promotion.code_count for promotion in promotions)
        shown = [
            _("%(promotion)s (codes: %(count)s)") % {"promotion": promotion, "count": number(promotion.code_count)}
            for promotion in promotions
        ]
        return shown, {_("promotions"): len(promotions), _("codes"): codes}, set(), []

    def delete_model(self, request: HttpRequest, obj: Promotion) -> None:
        # Whoever was faster wanted the same.
        with suppress(NotFound):
            delete_promotion(obj, by=who(request.user))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Promotion]) -> None:
        for promotion in queryset:
            self.delete_model(request, promotion)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for the type first: what else is asked for depends on it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if wanted_type(request) is None:
            return self._ask_for_type(request)
        return super().add_view(request, form_url, extra_context)

    def _ask_for_type(self, request: HttpRequest) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Add promotion"),
            "opts": self.opts,
            "types": [(kind, PromotionType(kind).label, of_type.about) for kind, of_type in FIELDS.items()],
        }
        return TemplateResponse(request, "admin/promotions/promotion/choose_type.html", context)

    def get_form(
        self, request: HttpRequest, obj: Promotion | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        if self._may_only_look(request, obj):
            return super().get_form(request, obj, change, **kwargs)
        form = form_for(type_of(request, obj), obj)
        return super().get_form(request, obj, change, form=form, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Promotion | None = None) -> list[Any]:
        if self._may_only_look(request, obj):
            return [(None, {"fields": TO_LOOK_AT}), self.record]
        fieldsets = fieldsets_for(type_of(request, obj), obj)
        return [*fieldsets, *([self.record] if obj else [])]

    def _may_only_look(self, request: HttpRequest, obj: Promotion | None) -> bool:
        return obj is not None and not self.has_change_permission(request, obj)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Promotion | None:
        """Also locks the row when a form is sent: what the form is checked against holds until it is saved."""
        promotion = super().get_object(request, object_id, from_field)
        if promotion and request.method == "POST" and transaction.get_connection().in_atomic_block:
            return Promotion.objects.present().locked().filter(pk=promotion.pk).first()
        return promotion

    def save_model(self, request: HttpRequest, obj: Promotion, form: Any, change: bool) -> None:
        if change:
            self._save_change(request, obj, form)
        else:
            create(obj, by=who(request.user))

    def _save_change(self, request: HttpRequest, obj: Promotion, form: PromotionForm) -> None:
        removed = save_change(obj, form.changed_columns, who(request.user), form.effect)
        if removed:
            text = ngettext("Its %(count)s code was removed.", "Its %(count)s codes were removed.", removed)
            self.message_user(request, text % {"count": removed}, messages.WARNING)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if promotion := kwargs.get("obj"):
            context["head"] = head(request, promotion, "change")
        return super().render_change_form(request, context, **kwargs)

    @display(
        description=_("state"),
        label=PROMOTION_COLOURS,
    )
    def standing(self, promotion: Promotion) -> tuple[str, Any]:
        state = promotion.state(timezone.now())
        return state.value, state.label

    @display(description=_("codes"), ordering="code_count")
    def codes(self, promotion: Promotion) -> str:
        return number(promotion.code_count)

    @display(description=_("start"), ordering="start")
    def starts(self, promotion: Promotion) -> str:
        return moment(promotion.start)

    @display(description=_("end"), ordering="end")
    def ends(self, promotion: Promotion) -> str:
        return moment(promotion.end)


def wanted_type(request: HttpRequest) -> str | None:
    """The type of a new promotion that the address names; None when it names none that there is."""
    kind = request.GET.get("promotion_type", "")
    return kind if kind in FIELDS else None


def type_of(request: HttpRequest, promotion: Promotion | None) -> str:
    """The type of the promotion that a form is for: its own, or that of a new one, which `add_view` has asked for."""
    return promotion.promotion_type if promotion else wanted_type(request) or ""
