"""What is done from time to time: what is removed, and what stays. Of promotions: tests/webhooks/test_notices.py."""

import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from oauth2_provider.models import get_access_token_model

from promotions.jobs import runner, tasks
from promotions.jobs.create import create_job
from promotions.models import ChoreTurn, IdempotencyKey, Job, JobType, WebhookDelivery
from promotions.ops import chores
from promotions.ops.chores import CHORES, run_due
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory, WebhookFactory
from tests.processes import wait_until

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]

NOTHING = {chore.name: 0 for chore in CHORES}


def ago(**time):
    return timezone.now() - timedelta(**time)


def removed(**options):
    return {one.chore.name: one.count for one in run_due(**options)}


def keys(*ages):
    """Idempotency keys that are so many hours old, the oldest first as they come."""
    rows = [IdempotencyKey(client="a", key=str(age), status=201, body="{}", created_at=ago(hours=age)) for age in ages]
    IdempotencyKey.objects.bulk_create(rows)


@pytest.fixture
def delivery(transactional_db):
    """A delivery of the queue in this state."""

    def deliver(status, **times):
        result = tasks.work_on_job.enqueue(JobFactory().pk)
        DBTaskResult.objects.filter(pk=result.id).update(status=status, **times)
        return result.id

    return deliver


def test_every_chore_is_done_once_and_then_only_when_its_next_turn_has_come():
    assert removed() == NOTHING
    assert removed() == {}
    ChoreTurn.objects.filter(name="tokens").update(next_at=ago(hours=1))
    assert removed() == {"tokens": 0}


def test_a_turn_that_a_clock_gave_which_has_been_set_back_is_not_waited_for():
    run_due()
    ChoreTurn.objects.filter(name="tokens").update(next_at=ago(hours=-2))
    assert removed() == {"tokens": 0}
    assert removed() == {}
    assert removed(at_once=True) == NOTHING


def test_the_next_turn_is_as_far_away_as_the_chore_says():
    run_due()
    turns = {turn.name: turn for turn in ChoreTurn.objects.all()}
    for chore in CHORES:
        turn = turns[chore.name]
        assert abs(turn.next_at - turn.began_at - chore.every) < timedelta(seconds=1)
        assert turn.ended_at >= turn.began_at


def test_idempotency_keys_are_removed_when_their_time_is_over(settings, monkeypatch):
    monkeypatch.setattr(chores, "BATCH", 2)
    keys(50, 40, 30, 25, 24.01, 23.9, 1)
    assert removed()["idempotency_keys"] == 5
    assert set(IdempotencyKey.objects.values_list("key", flat=True)) == {"23.9", "1"}
    settings.PROMOTIONS_IDEMPOTENCY_HOURS = 2
    assert removed(at_once=True)["idempotency_keys"] == 1


def test_a_key_that_has_been_removed_may_be_used_for_another_order(api):
    code = PromotionCodeFactory(promotion=PromotionFactory(start=ago(days=1)), uses=2, max_uses=2)

    def redeem():
        body = {"code": code.code, "order_id": "1"}
        return api.post("/v2/promotions/codes/redeem", body, headers={"Idempotency-Key": "k"})

    first = redeem()
    assert redeem().json() == first.json()
    IdempotencyKey.objects.update(created_at=ago(hours=25))
    run_due()
    assert redeem().json()["data"]["id"] != first.json()["data"]["id"]


def test_deliveries_that_have_ended_or_were_abandoned_are_removed(delivery):
    done = TaskResultStatus.SUCCESSFUL
    delivery(done, finished_at=ago(days=2))
    delivery(TaskResultStatus.FAILED, finished_at=ago(days=2))
    delivery(TaskResultStatus.RUNNING, started_at=ago(days=8))
    kept = {
        delivery(done, finished_at=ago(hours=23)),
        delivery(TaskResultStatus.RUNNING, started_at=ago(days=2)),
        delivery(TaskResultStatus.READY, enqueued_at=ago(days=30)),
    }
    assert removed()["deliveries"] == 3
    assert {str(pk) for pk in DBTaskResult.objects.values_list("pk", flat=True)} == kept


def test_the_log_of_webhooks_is_removed_after_its_days_whatever_became_of_what_was_told(settings):
    WebhookFactory()
    for days in (40, 31, 29):
        JobFactory().cancel()
        WebhookDelivery.objects.filter(pk=WebhookDelivery.objects.latest("pk").pk).update(created_at=ago(days=days))
    assert removed()["webhook_deliveries"] == 2
    settings.WEBHOOKS_KEEP_DAYS = 10
    assert removed(at_once=True)["webhook_deliveries"] == 1


def test_tokens_and_sessions_that_have_expired_are_removed(api, staff_session):
    tokens = get_access_token_model().objects
    assert (removed()["tokens"], tokens.count()) == (0, 1)
    tokens.update(expires=ago(seconds=1))
    Session.objects.update(expire_date=ago(seconds=1))
    done = removed(at_once=True)
    assert (done["tokens"], done["sessions"]) == (1, 1)
    assert (tokens.count(), Session.objects.count()) == (0, 0)


@pytest.fixture
def staff_session(client, admin_user):
    client.force_login(admin_user)
    assert Session.objects.count() == 1


def test_files_of_exports_that_no_job_refers_to_are_removed():
    name = default_storage.save(f"exports/{uuid4()}/1/file.csv", ContentFile(b"code"))
    assert removed()["exports"] >= 1
    assert not default_storage.exists(name)


def test_what_others_have_put_beside_the_exports_stays():
    names = [f"exports/{folder}/1/file.csv" for folder in ("lost+found", "@eaDir", "old exports")]
    stored = [default_storage.save(name, ContentFile(b"code")) for name in names]
    assert [one.error for one in run_due()] == [""] * len(CHORES)
    assert all(map(default_storage.exists, stored))


def test_what_goes_wrong_in_a_chore_keeps_no_other_from_being_done_and_is_tried_again_soon(monkeypatch, caplog):
    def broken():
        raise OSError("the disk has gone")

    first, _, *others = CHORES
    monkeypatch.setattr(chores, "CHORES", [first, chores.Chore("exports", timedelta(days=1), broken), *others])
    done = {one.chore.name: one.error for one in run_due()}
    assert done == {name: "OSError" if name == "exports" else "" for name in NOTHING}
    assert "the disk has gone" in caplog.text
    turn = ChoreTurn.objects.get(name="exports")
    assert turn.error == "OSError"
    assert abs(turn.next_at - turn.began_at - chores.RETRY) < timedelta(seconds=5)


def test_a_worker_that_is_told_to_end_leaves_the_rest_for_the_next_turn(monkeypatch):
    monkeypatch.setattr(chores, "BATCH", 1)
    keys(40, 30)
    remove = chores._remove

    def remove_while_told_to_end(rows):
        runner.stop_requested.set()
        return remove(rows)

    monkeypatch.setattr(chores, "_remove", remove_while_told_to_end)
    assert removed() == {"notices": 0, "exports": 0, "idempotency_keys": 1}
    assert IdempotencyKey.objects.count() == 1


def test_a_running_worker_does_them_without_being_asked(start_worker, transactional_db):
    keys(30)
    start_worker()
    wait_until(lambda: not IdempotencyKey.objects.exists())
    wait_until(lambda: ChoreTurn.objects.filter(ended_at__isnull=False).count() == len(CHORES))


@pytest.mark.once
def test_a_worker_that_leaves_them_to_cron_works_on_jobs_and_cron_does_the_rest(start, transactional_db):
    keys(30)
    start("manage.py", "run_worker", "--interval", "0.1", "--no-chores", PROMOTIONS_SWEEP_INTERVAL="0.1")
    job = create_job(PromotionFactory(), JobType.CODE_GENERATE, number_of_codes=5)
    wait_until(lambda: Job.objects.filter(pk=job.pk, status="completed").exists())
    dead = JobFactory(status="processing", lease_expires_at=ago(minutes=1), delivered_at=ago(minutes=2))
    time.sleep(1)
    assert not ChoreTurn.objects.exists()
    assert IdempotencyKey.objects.exists()
    assert Job.objects.get(pk=dead.pk).status == "processing"
    call_command("run_chores")
    call_command("recover_jobs")
    assert not IdempotencyKey.objects.exists()
    wait_until(lambda: Job.objects.filter(pk=dead.pk, status="completed").exists())
