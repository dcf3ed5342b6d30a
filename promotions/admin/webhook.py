"""Webhooks in the admin: where to tell what, trying it out, and the log of what was told."""

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from promotions.admin.display import ROWS_PER_PAGE, moment, who
from promotions.admin.long_list import LongListAdmin
from promotions.models import Webhook, WebhookDelivery
from promotions.models.webhook import WebhookEvent, new_secret
from promotions.webhooks.send import send_test

# Each is a row of the admin's log: a request has time for so many.
MOST_AT_ONCE = 500
NAMED_IN_THE_LIST = 2
DELIVERY_COLOURS = {"waiting": "info", "delivered": "success", "given_up": "danger"}


class WebhookForm(forms.ModelForm):
    events = forms.MultipleChoiceField(
        label=_("Events"), choices=WebhookEvent.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    class Meta:
        model = Webhook
        fields = ("url", "description", "events", "active")
        help_texts = {"url": _("Where events are sent to, by POST: an address that begins with https://")}


class PostingAdmin(ModelAdmin):
    """An admin with buttons of its own below the form of one row. They only post; who may change the webhook may."""

    def posting(self, name: str, act: Any) -> URLPattern:
        """The address `<id>/<name>/`, at which `act(request, row)` happens."""

        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            row = self.get_object(request, unquote(object_id))
            if not request.user.has_perm("promotions.change_webhook"):
                raise PermissionDenied
            if row is None:
                return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
            return act(request, row)

        route = f"<path:object_id>/{name}/"
        return path(
            route, self.admin_site.admin_view(view), name=f"{self.opts.app_label}_{self.opts.model_name}_{name}"
        )

    def back_to(self, row: models.Model) -> HttpResponse:
        return HttpResponseRedirect(reverse(f"admin:promotions_{self.opts.model_name}_change", args=[row.pk]))


@admin.register(Webhook)
class WebhookAdmin(PostingAdmin):
    form = WebhookForm
    list_display = ["webhook", "host", "event_names", "active"]
    when_empty = _("No other system is told of anything yet: add the address of one.")
    list_filter = ["active"]
    search_fields = ["url", "description"]
    list_per_page = ROWS_PER_PAGE
    fields = ["url", "description", "events", "active"]

    def get_urls(self) -> list[URLPattern]:
        return [self.posting("test", self.test), self.posting("secret", self.show_secret), *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: Webhook | None = None) -> list[str]:
        record = ["masked_secret", "created_by", "created_at"] if obj else []
        may_change = self.has_change_permission(request, obj)
        return [*(self.fields if may_change else ["url", "description", "all_event_names", "active"]), *record]

    def get_readonly_fields(self, request: HttpRequest, obj: Webhook | None = None) -> list[str]:
        return ["masked_secret", "created_by", "created_at", "all_event_names"]

    def get_deleted_objects(self, objs: Iterable[Webhook], request: HttpRequest) -> tuple[Any, ...]:
        """What the page that asks before deleting shows: the logs that go along are named, not listed."""
        webhooks = list(objs)
        shown = [_("%(webhook)s, with its log of deliveries") % {"webhook": webhook} for webhook in webhooks]
        return shown, {self.opts.verbose_name_plural: len(webhooks)}, set(), []

    def save_model(self, request: HttpRequest, obj: Webhook, form: forms.ModelForm, change: bool) -> None:
        if not change:
            obj.created_by = who(request.user)
        super().save_model(request, obj, form, change)

    def response_post_save_add(self, request: HttpRequest, obj: Webhook) -> HttpResponse:
        """Go on to the webhook's page, where its secret and the test are."""
        return (
            self.back_to(obj)
            if self.has_view_or_change_permission(request, obj)
            else super().response_post_save_add(request, obj)
        )

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        webhook = kwargs.get("obj")
        if webhook and self.has_change_permission(request, webhook):
            names = ("test", "secret")
            context["posting"] = {
                name: reverse(f"admin:promotions_webhook_{name}", args=[webhook.pk]) for name in names
            }
        return super().render_change_form(request, context, **kwargs)

    def test(self, request: HttpRequest, webhook: Webhook) -> HttpResponse:
        """Send a test now, and say how that went."""
        answer = send_test(webhook)
        self.log_change(request, webhook, f"Test sent: {answer}")
        level, text = (
            (messages.SUCCESS, _("The test was delivered: %(answer)s."))
            if answer.is_good
            else (messages.ERROR, _("The test was not delivered: %(answer)s."))
        )
        self.message_user(request, text % {"answer": answer}, level)
        return self.back_to(webhook)

    def show_secret(self, request: HttpRequest, webhook: Webhook) -> HttpResponse:
        """The page with the secret, made anew before when that was asked for. Kept nowhere on the way."""
        is_new = "new" in request.POST
        if is_new:
            webhook.secret = new_secret()
            Webhook.objects.filter(pk=webhook.pk).update(secret=webhook.secret)
        self.log_change(request, webhook, "Secret made anew" if is_new else "Secret shown")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Secret of the webhook"),
            "opts": self.opts,
            "webhook": webhook,
            "is_new": is_new,
            "back": reverse("admin:promotions_webhook_change", args=[webhook.pk]),
        }
        response = TemplateResponse(request, "admin/promotions/webhook/secret.html", context)
        add_never_cache_headers(response)
        return response

    @display(description=_("webhook"), ordering="description")
    def webhook(self, webhook: Webhook) -> str:
        return str(webhook)

    @display(description=_("host"))
    def host(self, webhook: Webhook) -> str:
        return webhook.host

    @display(description=_("events"))
    def event_names(self, webhook: Webhook) -> str:
        if len(webhook.events) <= NAMED_IN_THE_LIST:
            return ", ".join(webhook.events)
        return _("%(count)s events") % {"count": len(webhook.events)}

    @display(description=_("events"))
    def all_event_names(self, webhook: Webhook) -> str:
        return ", ".join(webhook.events)

    @display(description=_("secret"))
    def masked_secret(self, webhook: Webhook) -> str:
        return f"{webhook.secret[:6]}…{webhook.secret[-4:]}"


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(PostingAdmin, LongListAdmin):
    """The log. Only sending again can be asked for."""

    list_display = ["delivery", "webhook", "standing", "attempts", "outcome", "created"]
    when_empty = _("Nothing was sent yet. What webhooks are told will stand here.")
    list_filter = ["status", "event", ("webhook", AutocompleteSelectFilter)]
    list_select_related = ["webhook"]
    list_disable_select_all = False
    actions = ["send_again"]
    fields = [
        "event",
        "webhook",
        "uuid",
        "status",
        "attempts",
        "next",
        "answer",
        "created_at",
        "tried_at",
        "delivered_at",
        "content",
    ]

    def get_urls(self) -> list[URLPattern]:
        return [self.posting("again", self.again), *super().get_urls()]

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("promotions.change_webhook")

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        delivery = kwargs.get("obj")
        if delivery and self.has_send_permission(request):
            context["posting"] = {"again": reverse("admin:promotions_webhookdelivery_again", args=[delivery.pk])}
        return super().render_change_form(request, context, **kwargs)

    @admin.action(permissions=["send"], description=_("Send selected deliveries again"))
    def send_again(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        deliveries = list(queryset[:MOST_AT_ONCE])
        for delivery in deliveries:
            delivery.send_again()
            self.log_change(request, delivery, "Sent again")
        text = ngettext(
            "%(count)s delivery will be sent again.", "%(count)s deliveries will be sent again.", len(deliveries)
        )
        self.message_user(request, text % {"count": len(deliveries)}, messages.SUCCESS)

    def again(self, request: HttpRequest, delivery: WebhookDelivery) -> HttpResponse:
        self.send_again(request, WebhookDelivery.objects.filter(pk=delivery.pk))
        return self.back_to(delivery)

    @display(description=_("event"))
    def delivery(self, delivery: WebhookDelivery) -> str:
        return delivery.event

    @display(description=_("status"), label=DELIVERY_COLOURS)
    def standing(self, delivery: WebhookDelivery) -> tuple[str, Any]:
        return delivery.status, delivery.get_status_display()

    @display(description=_("next attempt"))
    def next(self, delivery: WebhookDelivery) -> Any:
        return delivery.next_at if delivery.status == WebhookDelivery.Status.WAITING else None

    @display(description=_("answer"))
    def answer(self, delivery: WebhookDelivery) -> str | None:
        return delivery.error or (delivery.answer_status and f"HTTP {delivery.answer_status}") or None

    @display(description=_("answer"))
    def outcome(self, delivery: WebhookDelivery) -> str | None:
        """The answer in a word."""
        return (self.answer(delivery) or "").partition(":")[0] or None

    @display(description=_("created at"))
    def created(self, delivery: WebhookDelivery) -> str:
        return moment(delivery.created_at)

    @display(description=_("body"))
    def content(self, delivery: WebhookDelivery) -> str:
        text = json.dumps(json.loads(delivery.body), indent=2, ensure_ascii=False)
        return format_html('<pre class="webhook-body">{}</pre>', text)
