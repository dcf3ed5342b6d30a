"""Every page of the admin of ours, with something on it; and what people read on a page."""

from datetime import timedelta
from html.parser import HTMLParser

from django.urls import reverse
from django.utils import timezone

from promotions.errors import CODES_LIMIT_EXCEEDED
from promotions.models import AuditEvent, JobType, PromotionType
from promotions.models.audit import record_job, record_promotion
from promotions.models.promotion_change import Effect, create, save_change
from promotions.models.webhook import write
from promotions.states import Status
from tests.factories import (
    ApiClientFactory,
    JobFactory,
    PromotionCodeFactory,
    PromotionFactory,
    UsageFactory,
    WebhookFactory,
)

READ = ("alt", "aria-label", "placeholder", "title")
NOT_READ = ("script", "style", "template")


class Reader(HTMLParser):
    """The texts of a page, one for each place, without those that are code, and names of icons."""

    def __init__(self):
        super().__init__()
        self.texts, self.hidden, self.is_icon = [], 0, False

    def handle_starttag(self, tag, attributes):
        self.hidden += tag in NOT_READ
        self.is_icon = "material-symbols" in (dict(attributes).get("class") or "")
        self.texts += [value for name, value in attributes if name in READ and value]

    def handle_endtag(self, tag):
        self.hidden -= tag in NOT_READ
        self.is_icon = False

    def handle_data(self, data):
        if not self.hidden and not self.is_icon and data.strip():
            self.texts.append(" ".join(data.split()))


def texts_of(answer):
    """What people read on the page, text by text."""
    reader = Reader()
    reader.feed(answer.content.decode())
    return reader.texts


def world():
    """Rows of every kind in every state; returns the addresses of all pages about them."""
    now = timezone.now()
    running = PromotionFactory(name="Q1", start=now - timedelta(days=1), end=now + timedelta(days=3))
    PromotionFactory(name="Q2", start=now + timedelta(days=2), end=now + timedelta(days=30))
    PromotionFactory(name="Q3", start=now - timedelta(days=9), end=now - timedelta(days=2))
    PromotionFactory(name="Q4", enabled=False)
    by_itself = PromotionFactory.build(name="Q5", automatic=True)
    create(by_itself, by="ann")
    running.description = "Q"
    save_change(running, ["description"], "ann", Effect())
    record_promotion(AuditEvent.PROMOTION_DELETED, running, by="ann", codes=3)

    jobs = [JobFactory(name="", promotion__name="P", status=status) for status in Status]
    jobs.append(JobFactory(name="J", promotion__name="P", status=Status.PROCESSING, error="given up"))
    jobs.append(JobFactory(name="J", promotion__name="P", status=Status.FAILED, error=CODES_LIMIT_EXCEEDED))
    export = JobFactory(
        name="",
        job_type=JobType.CODE_EXPORT,
        promotion=running,
        number_of_codes=None,
        status=Status.COMPLETED,
        file="x",
    )
    jobs.append(export)
    for event in [event for event in AuditEvent if event.name.startswith("JOB_")]:
        record_job(event, jobs[0], by="ann", number_of_codes=5, generated=2, error=CODES_LIMIT_EXCEEDED)

    codes = [
        PromotionCodeFactory(promotion=running, code="C1", uses=0, max_uses=1),
        PromotionCodeFactory(promotion=running, code="C2", disabled_at=now),
        PromotionCodeFactory(promotion=running, code="C3", uses=1, max_uses=2),
        PromotionCodeFactory(promotion=jobs[1].promotion, code="C4", job=jobs[1]),
    ]
    usages = [UsageFactory(of=codes[2]), UsageFactory(of=codes[2], reversed_at=now, reversed_by="bob")]
    webhook = WebhookFactory(description="W")
    (delivery,) = write([webhook.pk], "code.redeemed", {})
    client = ApiClientFactory(name="A")

    pages = ["/admin/"]
    kinds = ("promotion", "job", "promotioncode", "usage", "webhook", "webhookdelivery", "auditentry", "apiclient")
    for kind in kinds:
        pages += [
            reverse(f"admin:promotions_{kind}_changelist"),
            reverse(f"admin:promotions_{kind}_changelist") + "?q=zzz",
        ]
    pages += [reverse(f"admin:promotions_{kind}_add") for kind in ("promotion", "job", "webhook")]
    pages += [f"/admin/promotions/promotion/add/?promotion_type={kind}" for kind in PromotionType.values]
    for promotion in (running, by_itself, jobs[0].promotion, export.promotion):
        names = ("change", "codes", "jobs", "usages", "history", "generate", "generate_example", "codes_add", "delete")
        pages += [reverse(f"admin:promotions_promotion_{name}", args=[promotion.pk]) for name in names]
    for job in jobs:
        names = ("change", "cancel", "retry", "live_panel")
        pages += [reverse(f"admin:promotions_job_{name}", args=[job.pk]) for name in names]
    pages += [reverse("admin:promotions_job_live_active"), f"{reverse('admin:promotions_job_live')}?job={jobs[0].pk}"]
    for row in (*codes, *usages, webhook, delivery, client):
        pages.append(reverse(f"admin:promotions_{row._meta.model_name}_change", args=[row.pk]))
    pages += [reverse(f"admin:promotions_{row._meta.model_name}_delete", args=[row.pk]) for row in (codes[0], webhook)]
    entry = running.audit_entries.first()
    return [*pages, reverse("admin:promotions_auditentry_change", args=[entry.pk]), "/admin/password_change/"]
