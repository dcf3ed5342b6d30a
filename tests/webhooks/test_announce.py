"""What is told to whom: all that has happened, in the transaction in which it did, and nothing else."""

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from promotions.codes.redeem import redeem
from promotions.errors import CodeExhausted, JobNotCancellable
from promotions.jobs import lifecycle, runner
from promotions.models import Job, PromotionCode, WebhookDelivery
from promotions.states import Event, Status
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory, WebhookFactory

pytestmark = pytest.mark.django_db


def told(**conditions):
    """What is in the outbox, in the order in which it happened, as (event, data)."""
    deliveries = WebhookDelivery.objects.filter(**conditions).order_by("pk")
    return [(delivery.event, json.loads(delivery.body)["data"]) for delivery in deliveries]


def events():
    return [event for event, _ in told()]


@pytest.fixture
def code():
    promotion = PromotionFactory(start=timezone.now() - timedelta(days=1))
    return PromotionCodeFactory(promotion=promotion, uses=1, max_uses=1)


def test_a_job_that_completes_is_told_when_it_starts_and_when_it_ends():
    WebhookFactory()
    job = JobFactory(number_of_codes=5, created_by="ann")
    runner.run(job.pk)
    started, completed = told()
    assert (started[0], completed[0]) == ("job.started", "job.completed")
    job.refresh_from_db()
    assert completed[1] | {"created_at": None, "started_at": None, "finished_at": None} == {
        "type": "promotion_job",
        "id": str(job.uuid),
        "promotion_id": str(job.promotion.uuid),
        "job_type": "code_generate",
        "name": job.name,
        "status": "completed",
        "error": "",
        "number_of_codes": 5,
        "generated": 5,
        "deleted": 0,
        "exported": 0,
        "created_by": "ann",
        "created_at": None,
        "started_at": None,
        "finished_at": None,
        "cancelled_by": "",
        "cancel_reason": "",
        "cancel_requested_at": None,
    }
    assert (started[1]["status"], started[1]["generated"], started[1]["finished_at"]) == ("processing", 0, None)
    assert completed[1]["finished_at"]


def test_what_is_told_says_which_delivery_it_is_and_when_it_happened():
    WebhookFactory()
    JobFactory().cancel()
    delivery = WebhookDelivery.objects.get()
    body = json.loads(delivery.body)
    assert (body["id"], body["type"]) == (str(delivery.uuid), delivery.event)
    assert body["created_at"].endswith("Z")


def test_a_cancel_of_a_pending_job_is_told_once():
    WebhookFactory()
    JobFactory().cancel(by="ann", reason="Wrong prefix")
    ((event, data),) = told()
    assert (event, data["status"], data["cancelled_by"]) == ("job.cancelled", "cancelled", "ann")
    assert data["cancel_reason"] == "Wrong prefix"


def test_a_cancel_of_a_running_job_is_told_when_it_is_asked_for_and_when_nothing_is_left():
    WebhookFactory()
    job = JobFactory()
    lifecycle.claim(job.pk)
    job.cancel()
    Job.objects.update(lease_expires_at=None)
    runner.run(job.pk)
    assert events() == ["job.started", "job.cancelling", "job.cancelled"]


def test_a_job_that_fails_is_told_only_when_nothing_of_it_is_left():
    WebhookFactory()
    job = lifecycle.claim(JobFactory().pk)
    lifecycle.fail(job, "it broke")
    assert events() == ["job.started"]
    Job.objects.update(lease_expires_at=None)
    runner.run(job.pk)
    assert events() == ["job.started", "job.failed"]
    assert told()[1][1]["error"] == "it broke"


def test_a_job_that_is_refused_is_told_as_failed(settings):
    settings.PROMOTIONS_MAX_CODES = 1
    WebhookFactory()
    lifecycle.claim(JobFactory().pk)
    assert events() == ["job.failed"]


def test_what_is_rolled_back_is_not_told():
    WebhookFactory()
    with transaction.atomic():
        JobFactory().cancel()
        transaction.set_rollback(True)
    assert events() == []


def test_a_cancel_that_comes_too_late_is_not_told():
    WebhookFactory()
    with pytest.raises(JobNotCancellable):
        JobFactory(status=Status.COMPLETED).cancel()
    assert events() == []


def test_each_webhook_is_told_what_it_wants_to_hear_of_and_only_while_it_is_active():
    ends = WebhookFactory(events=["job.completed", "job.cancelled"])
    cancels = WebhookFactory(events=["job.cancelling", "job.cancelled"])
    WebhookFactory(active=False)
    JobFactory().cancel()
    runner.run(JobFactory(number_of_codes=1).pk)
    assert [event for event, _ in told(webhook=ends)] == ["job.cancelled", "job.completed"]
    assert [event for event, _ in told(webhook=cancels)] == ["job.cancelled"]
    assert len(events()) == 3


def test_a_redeemed_code_is_told_without_the_customer_s_address(code):
    WebhookFactory()
    usage = redeem(code.code, order_id="1001", customer_id="c1", customer_email="ann@example.com")
    ((event, data),) = told()
    assert event == "code.redeemed"
    assert data | {"used_on": None} == {
        "type": "promotion_usage",
        "id": str(usage.uuid),
        "promotion_id": str(code.promotion.uuid),
        "code": code.code,
        "order_id": "1001",
        "customer_id": "c1",
        "times_used": 1,
        "used_on": None,
    }
    assert "ann@example.com" not in WebhookDelivery.objects.get().body


def test_a_code_that_is_refused_is_not_told(code):
    WebhookFactory()
    PromotionCode.objects.update(uses=0)
    with pytest.raises(CodeExhausted):
        redeem(code.code, order_id="1001")
    assert events() == []


def test_where_webhooks_want_to_hear_of_other_things_the_change_happens_all_the_same():
    WebhookFactory(events=["code.redeemed"])
    job = JobFactory()
    job.cancel()
    assert job.status == "cancelled"
    with pytest.raises(JobNotCancellable):
        job.cancel()
    assert events() == []


@pytest.mark.parametrize("listening", [False, True])
def test_batches_cost_nothing_more_whoever_listens(django_assert_num_queries, listening):
    if listening:
        WebhookFactory()
    job = JobFactory(status=Status.PROCESSING)
    with django_assert_num_queries(1):
        assert Job.objects.transition(Event.COMMIT_BATCH, job, generated=1)
