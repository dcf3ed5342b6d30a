"""What the audit trail keeps of jobs, promotions and codes: exactly what has happened, and who did it."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from promotions.codes import by_hand
from promotions.errors import JobNotCancellable, LeaseLost
from promotions.jobs import lifecycle, runner
from promotions.jobs.create import create_job
from promotions.jobs.delete import delete_promotion
from promotions.models import AuditEntry, Job, JobType, PromotionCode
from promotions.models.actor import Door, acting, name_actor, present_actor
from promotions.models.promotion_change import change, create
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory

pytestmark = pytest.mark.django_db


def told():
    return list(AuditEntry.objects.order_by("id").values_list("event", flat=True))


def test_a_job_that_completes_is_created_started_and_completed():
    job = create_job(PromotionFactory(), JobType.CODE_GENERATE, name="May", by="ann", number_of_codes=5)
    runner.run(job.pk)
    assert told() == ["job_created", "job_started", "job_completed"]
    created, started, completed = AuditEntry.objects.order_by("id")
    assert (created.actor, created.job, created.promotion) == ("ann", job, job.promotion)
    assert created.details == {"state": "pending", "name": "May", "number_of_codes": 5}
    assert started.details == {"state": "processing", "name": "May", "token": 1}
    assert completed.details == {"state": "completed", "name": "May", "token": 1, "generated": 5}
    assert timezone.now() - created.at < timedelta(minutes=1)


def test_a_cancelled_job_tells_who_why_and_what_was_undone():
    job = lifecycle.claim(JobFactory().pk)
    with lifecycle.batch(job) as done:
        PromotionCodeFactory(promotion=job.promotion, job=job)
        done["generated"] = 1
    with acting("shop", Door.API, "10.0.0.7"):
        Job.objects.get(pk=job.pk).cancel(by="shop", reason="Wrong prefix")
    Job.objects.update(lease_expires_at=Now())
    with acting("worker", Door.WORKER, "host:1"):
        runner.run(job.pk)
    started, cancelled, taken, undone = AuditEntry.objects.order_by("id")
    assert [entry.event for entry in (started, taken)] == ["job_started", "job_taken_over"]
    assert (cancelled.actor, cancelled.door, cancelled.address) == ("shop", "api", "10.0.0.7")
    assert (cancelled.details["state"], cancelled.details["reason"]) == ("cancelling", "Wrong prefix")
    assert (undone.event, undone.actor, undone.door) == ("job_undone", "worker", "worker")
    assert (undone.details["state"], undone.details["deleted"]) == ("cancelled", 1)


def test_a_job_without_room_and_one_that_fails_tell_their_error(settings):
    settings.PROMOTIONS_MAX_CODES = 100
    lifecycle.claim(JobFactory(promotion=PromotionFactory(code_count=50)).pk)
    job = lifecycle.claim(JobFactory(number_of_codes=10).pk)
    lifecycle.fail(job, "disk full")
    lifecycle.end_undo(job)
    errors = [(entry.event, entry.details.get("error")) for entry in AuditEntry.objects.order_by("id")]
    assert errors == [
        ("job_refused", "codes limit exceeded"),
        ("job_started", None),
        ("job_failing", "disk full"),
        ("job_undone", "disk full"),
    ]


def test_a_job_that_is_given_up_says_so():
    now = timezone.now()
    job = JobFactory()
    for attempt in range(6):
        lifecycle.claim(job.pk, now=now + timedelta(seconds=20 * attempt))
    assert told() == ["job_started", *["job_taken_over"] * 4, "job_given_up"]


def test_batches_and_a_job_that_is_handed_back_leave_no_entry():
    job = lifecycle.claim(JobFactory().pk)
    with lifecycle.batch(job) as done:
        done["generated"] = 1
    lifecycle.renew(job, 1)
    lifecycle.pause(job)
    lifecycle.hand_back(job)
    assert lifecycle.claim(job.pk)
    assert told() == ["job_started"]


@pytest.mark.parametrize("write", [lifecycle.complete, lambda job: lifecycle.fail(job, "x"), lifecycle.end_undo])
def test_a_worker_that_lost_its_job_leaves_no_entry(write):
    job = lifecycle.claim(JobFactory().pk)
    lifecycle.claim(job.pk, now=timezone.now() + timedelta(seconds=20))
    before = told()
    with pytest.raises(LeaseLost):
        write(job)
    assert told() == before


def test_what_is_refused_or_rolled_back_leaves_no_entry():
    job = JobFactory()
    with transaction.atomic():
        job.cancel(by="ann")
        transaction.set_rollback(True)
    assert not told()
    job.refresh_from_db()
    job.cancel(by="ann")
    with pytest.raises(JobNotCancellable):
        job.cancel(by="bob")
    assert told() == ["job_cancelled"]


def test_a_promotion_tells_what_was_changed():
    promotion = PromotionFactory.build()
    create(promotion, by="ann")
    with transaction.atomic():
        changed = change(promotion.lock(), {"name": "Winter", "description": "For tests"}, by="bob")
    with transaction.atomic():
        change(changed.lock(), {"name": "Winter"}, by="bob")
    delete_promotion(changed, by="cem")
    told_by = list(AuditEntry.objects.order_by("id").values_list("event", "actor"))
    assert told_by == [("promotion_created", "ann"), ("promotion_changed", "bob"), ("promotion_deleted", "cem")]
    assert AuditEntry.objects.get(actor="bob").details == {"name": "Winter", "fields": ["name"]}


def test_a_promotion_with_many_codes_leaves_one_entry_when_it_is_deleted():
    promotion = JobFactory(promotion=PromotionFactory(code_count=50)).promotion
    PromotionCodeFactory.create_batch(50, promotion=promotion)
    delete_promotion(promotion, by="ann")
    assert told() == ["job_cancelled", "promotion_deleted"]
    last = AuditEntry.objects.latest("id")
    assert (last.details["codes"], last.promotion) == (50, promotion)


def test_an_automatic_promotion_tells_of_its_own_code():
    promotion = PromotionFactory.build(automatic=True)
    create(promotion, by="ann")
    assert told() == ["promotion_created", "code_added"]
    assert AuditEntry.objects.latest("id").code == promotion.codes.get().code


def test_codes_that_are_added_and_deleted_by_hand_are_told_each_by_itself():
    promotion = PromotionFactory()
    with acting("shop", Door.API, "10.0.0.7"):
        by_hand.add(promotion, [PromotionCode(code="A"), PromotionCode(code="B")])
        by_hand.delete(promotion, ["A"])
    entries = AuditEntry.objects.order_by("id").values_list("event", "code", "actor")
    assert list(entries) == [("code_added", "A", "shop"), ("code_added", "B", "shop"), ("code_deleted", "A", "shop")]


def test_who_acts_is_forgotten_afterwards_whatever_happens():
    def breaks():
        with acting("", Door.API, "10.0.0.7"):
            name_actor("shop")
            assert (present_actor().name, present_actor().door) == ("shop", "api")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        breaks()
    assert (present_actor().name, present_actor().door) == ("", "other")
