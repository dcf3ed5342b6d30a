"""What is told when a promotion starts or ends: once each, whatever is edited meanwhile, and by whichever worker."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from promotions.jobs.delete import delete_promotion
from promotions.models import ChoreTurn, Promotion, WebhookDelivery
from promotions.models.promotion_change import change
from promotions.ops import chores
from promotions.webhooks import notices
from tests.factories import PromotionFactory, WebhookFactory
from tests.processes import wait_until
from tests.webhooks.told import look

pytestmark = pytest.mark.django_db


def within(**time):
    return timezone.now() + timedelta(**time)


def ago(**time):
    return timezone.now() - timedelta(**time)


def let_pass(promotion, **dates):
    """What time would do, without waiting for it."""
    Promotion.objects.filter(pk=promotion.pk).update(**dates)


def edit(promotion, **fields):
    return change(Promotion.objects.get(pk=promotion.pk), fields, "ann")


@pytest.fixture
def told():
    """Looks once and returns what was told since the last time, to one webhook."""
    WebhookFactory()
    return look


@pytest.fixture
def summer():
    return PromotionFactory(name="Summer", start=ago(hours=1), end=within(days=9))


STARTED, ENDED = ("promotion.started", "Summer"), ("promotion.ended", "Summer")


def test_a_promotion_is_told_when_it_starts_and_when_it_ends_and_each_once(told):
    promotion = PromotionFactory(name="Summer", start=within(hours=1), end=within(days=9))
    assert told() == []
    let_pass(promotion, start=ago(seconds=1))
    assert told() == [STARTED]
    assert told() == []
    let_pass(promotion, end=ago(milliseconds=500))
    assert told() == [ENDED]
    assert told() == []


def test_what_is_told_is_the_promotion_and_when_it_happened(summer):
    WebhookFactory()
    chores.tell_starts_and_ends()
    body = json.loads(WebhookDelivery.objects.get().body)
    assert body["type"] == "promotion.started"
    data = body["data"]
    assert (data.pop("start")[:10], data.pop("end")[:10]) == (f"{summer.start:%Y-%m-%d}", f"{summer.end:%Y-%m-%d}")
    assert data == {
        "type": "promotion",
        "id": str(summer.uuid),
        "name": "Summer",
        "promotion_type": "fixed_discount",
        "enabled": True,
        "automatic": False,
    }


def test_a_disabled_promotion_starts_when_it_is_enabled(told):
    promotion = PromotionFactory(name="Summer", start=ago(hours=1), end=within(days=9), enabled=False)
    assert told() == []
    edit(promotion, enabled=True)
    assert told() == [STARTED]


def test_disabling_and_enabling_is_not_told_and_the_end_is_told_all_the_same(told, summer):
    assert told() == [STARTED]
    edit(summer, enabled=False)
    assert told() == []
    edit(summer, enabled=True)
    assert told() == []
    edit(summer, enabled=False)
    let_pass(summer, end=ago(seconds=1))
    assert told() == [ENDED]


@pytest.mark.parametrize("enabled", [True, False])
def test_a_promotion_that_was_over_before_it_was_known_is_never_told(told, enabled):
    promotion = PromotionFactory(start=ago(days=9), end=ago(days=2), enabled=enabled)
    assert told() == []
    edit(promotion, enabled=True, name="Autumn")
    assert told() == []


def test_editing_something_else_tells_nothing_again(told, summer):
    assert told() == [STARTED]
    edit(summer, description="Even better", name="Summer sale")
    edit(summer, start=ago(days=3))
    edit(summer, end=within(days=5))
    assert told() == []
    let_pass(summer, end=ago(days=1))
    assert told() == [("promotion.ended", "Summer sale")]
    edit(summer, description="It was good", end=ago(hours=2))
    assert told() == []


def test_a_start_that_moves_into_the_future_is_told_again_when_it_passes(told, summer):
    assert told() == [STARTED]
    edit(summer, start=within(hours=1))
    assert told() == []
    # It passes after it was told; here time stands, so what was told lies further back instead.
    let_pass(summer, start=ago(minutes=1), told_running_at=ago(minutes=2))
    assert told() == [STARTED]
    assert told() == []


def test_an_end_that_moves_into_the_future_starts_it_again(told, summer):
    told()
    let_pass(summer, end=ago(seconds=1))
    assert told() == [ENDED]
    edit(summer, end=within(days=1))
    assert told() == [STARTED]
    let_pass(summer, end=ago(seconds=1))
    assert told() == [ENDED]


def test_a_deleted_promotion_is_not_told(told, summer):
    assert told() == [STARTED]
    delete_promotion(summer, by="ann")
    let_pass(summer, end=ago(seconds=1))
    assert told() == []


def test_a_webhook_that_comes_later_is_not_told_of_what_was_before(summer):
    chores.tell_starts_and_ends()
    WebhookFactory()
    chores.tell_starts_and_ends()
    assert not WebhookDelivery.objects.exists()


def test_only_who_wants_to_hear_of_it_is_told(summer):
    WebhookFactory(events=["promotion.ended", "job.completed"])
    starts = WebhookFactory(events=["promotion.started"])
    chores.tell_starts_and_ends()
    assert WebhookDelivery.objects.get().webhook == starts


def test_many_that_start_at_once_are_all_told(told, monkeypatch):
    monkeypatch.setattr(notices, "BATCH", 2)
    for number in range(5):
        PromotionFactory(name=f"{number}", start=ago(minutes=1))
    assert sorted(told()) == [("promotion.started", f"{number}") for number in range(5)]


def test_what_goes_wrong_while_it_is_told_is_told_the_next_time(told, summer, monkeypatch):
    def broken(*args):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(notices, "announce", broken)
        (done,) = [one for one in chores.run_due() if one.chore.name == "notices"]
        assert done.error == "OSError"
    assert told() == [STARTED]


def test_neither_versions_nor_the_time_of_the_last_change_know_of_it(told, summer):
    assert told() == [STARTED]
    changed_at = summer.updated_at
    summer.refresh_from_db()
    assert summer.updated_at == changed_at
    assert summer.history.count() == 1


def test_looking_costs_two_queries_when_nothing_is_to_be_told(django_assert_num_queries):
    with django_assert_num_queries(2):
        assert notices.tell_some() == 0


@pytest.mark.once
def test_of_real_workers_that_look_at_the_same_moment_one_tells(transactional_db, start_worker):
    WebhookFactory(url="https://127.0.0.1:9/")
    workers = [start_worker(PROMOTIONS_SWEEP_INTERVAL="0.1") for _ in range(2)]
    wait_until(lambda: ChoreTurn.objects.filter(name="notices", ended_at__isnull=False).exists())
    promotions = [PromotionFactory(name=f"{number}", start=within(seconds=1)) for number in range(20)]

    def all_told(event):
        # Each look is both workers' to take, as soon as the last has ended.
        ChoreTurn.objects.filter(name="notices").update(next_at=ago(seconds=1))
        return WebhookDelivery.objects.filter(event=event).count() >= len(promotions)

    wait_until(lambda: all_told("promotion.started"), seconds=20)
    Promotion.objects.update(end=ago(seconds=0))
    wait_until(lambda: all_told("promotion.ended"), seconds=20)
    told = list(WebhookDelivery.objects.values_list("event", flat=True))
    assert sorted(told) == ["promotion.ended"] * 20 + ["promotion.started"] * 20
    assert all(worker.child.poll() is None for worker in workers)
    connection.close()
