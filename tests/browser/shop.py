"""A shop that has one of everything, and the addresses of all pages of the admin on which it is seen."""

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone

from promotions.admin.schema_fields import FIELDS
from promotions.jobs import lifecycle
from promotions.jobs.create import create_job
from promotions.models import AuditEntry, Job, JobType, Promotion, PromotionCode, WebhookDelivery
from promotions.models.promotion_change import change
from promotions.states import Status
from tests.factories import (
    ApiClientFactory,
    JobFactory,
    PromotionCodeFactory,
    PromotionFactory,
    UsageFactory,
    WebhookFactory,
)

ADMIN = "/admin/"
APP = f"{ADMIN}promotions/"
LONG = "A name as long as people like to give them, with everything in it"


def fill():
    """Put one of everything into the database. Returns the addresses of the pages on which it is seen."""
    promotion = _promotion()
    jobs = _jobs(promotion)
    code = promotion.codes.order_by("id").first()
    webhook, delivery = _webhook()
    return [
        ADMIN,
        f"{ADMIN}password_change/",
        f"{ADMIN}nonsense/",
        *_of_promotions(promotion),
        *_of_jobs(jobs),
        *_of_model("promotioncode", code, "change", "delete", "history"),
        f"{APP}promotioncode/?q=nonsense",
        *_of_model("usage", promotion.usages.first(), "change"),
        *_of_model("auditentry", AuditEntry.objects.first(), "change"),
        *_of_model("webhook", webhook, "change", "delete", "history"),
        f"{APP}webhook/add/",
        *_of_model("webhookdelivery", delivery, "change"),
        *_of_model("apiclient", ApiClientFactory(), "change", "delete", "history"),
        *_of_staff(),
    ]


def _promotion():
    """A promotion that runs, with codes that have been used, by hand and by a job, and with two versions."""
    now = timezone.now()
    promotion = PromotionFactory(
        name=LONG, start=now - timedelta(days=3), end=now + timedelta(days=3), code_count=12, created_by="ann"
    )
    used = PromotionCodeFactory(promotion=promotion, code="SUMMER-1", uses=0, max_uses=1)
    UsageFactory(of=used)
    UsageFactory(of=used, reversed_at=now, reversed_by="The shop")
    PromotionCodeFactory(promotion=promotion, disabled_at=now)
    PromotionCodeFactory.create_batch(10, promotion=promotion, uses=0, max_uses=3)
    change(promotion, {"schema": {"currencies": [{"currency": "USD", "amount": 750}]}}, by="eve")
    PromotionFactory(name="Begins soon", start=now + timedelta(days=2))
    PromotionFactory(name="Is over", start=now - timedelta(days=200), end=now - timedelta(days=100))
    PromotionFactory(name="Is disabled", enabled=False)
    PromotionFactory(name="Applies by itself", automatic=True)
    return promotion


def _jobs(promotion):
    """A job in every state, and a completed export."""
    jobs = [JobFactory(status=status, created_by="ann") for status in Status.values]
    jobs.append(JobFactory(status=Status.PROCESSING, error="something broke", generated=40, created_by="ann"))
    jobs.append(JobFactory(job_type=JobType.CODE_EXPORT, status=Status.COMPLETED, number_of_codes=None, exported=12))
    Job.objects.filter(pk=jobs[-1].pk).update(file="exports/some.csv", generated=0)
    job = create_job(promotion, JobType.CODE_GENERATE, name=LONG[:50], by="ann", number_of_codes=100)
    job = lifecycle.claim(job.pk)
    with lifecycle.batch(job) as done:
        PromotionCode.objects.create(promotion=promotion, job=job, code="made-1")
        done["generated"] = 1
    job.cancel(by="bob", reason="Wrong prefix")
    return [*jobs, job]


def _webhook():
    webhook = WebhookFactory()
    failed = {"status": "given_up", "attempts": 5, "answer_status": 500, "error": "it answered 500"}
    delivery = WebhookDelivery.objects.create(webhook=webhook, event="job.completed", body='{"id": "1"}', **failed)
    return webhook, delivery


def _of_model(model, row, *doors):
    return [f"{APP}{model}/", *(f"{APP}{model}/{row.pk}/{door}/" for door in doors)]


def _of_promotions(promotion):
    tabs = ("change", "codes", "jobs", "usages", "history", "generate", "codes/add", "delete")
    automatic = Promotion.objects.get(automatic=True)
    without = Promotion.objects.get(name="Begins soon")
    return [
        *_of_model("promotion", promotion, *tabs),
        *(f"{APP}promotion/{without.pk}/{tab}/" for tab in ("codes", "jobs", "usages", "history", "generate")),
        f"{APP}promotion/{automatic.pk}/generate/",
        f"{APP}promotion/?q=nonsense",
        f"{APP}promotion/add/",
        *(f"{APP}promotion/add/?promotion_type={kind}" for kind in FIELDS),
    ]


def _of_jobs(jobs):
    of_state = {job.state: job for job in Job.objects.order_by("-id")}
    return [
        f"{APP}job/",
        f"{APP}job/add/",
        *(f"{APP}job/{job.pk}/change/" for job in jobs),
        *(f"{APP}job/{of_state[state].pk}/cancel/" for state in ("pending", "completed")),
        *(f"{APP}job/{of_state[state].pk}/retry/" for state in ("failed", "completed")),
        f"{APP}job/{jobs[0].pk}/history/",
    ]


def _of_staff():
    user = get_user_model().objects.first()
    group = Group.objects.get_or_create(name="Helpers")[0]
    return [
        f"{ADMIN}auth/user/",
        f"{ADMIN}auth/user/add/",
        *(f"{ADMIN}auth/user/{user.pk}/{door}/" for door in ("change", "password", "delete", "history")),
        f"{ADMIN}auth/group/",
        f"{ADMIN}auth/group/add/",
        *(f"{ADMIN}auth/group/{group.pk}/{door}/" for door in ("change", "delete", "history")),
    ]
