"""The front page of the admin."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from promotions.admin import dashboard
from promotions.jobs import heartbeat
from promotions.models import Job, PromotionCode
from promotions.states import Status
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory, UsageFactory

HOME = "/admin/"
EVERYTHING = ["view_job", "cancel_job", "add_job", "view_promotion", "add_promotion", "view_usage"]


@pytest.fixture
def ann(log_in):
    return log_in(*EVERYTHING)


def text_of(client, address=HOME):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def running(**fields):
    """A promotion that runs for another year and needs codes."""
    now = timezone.now()
    return PromotionFactory(**{"start": now - timedelta(days=1), "end": now + timedelta(days=300)} | fields)


def test_running_and_waiting_jobs_are_shown_with_progress_and_a_way_to_cancel(ann):
    job = JobFactory(name="Letters", status=Status.PROCESSING, generated=40)
    JobFactory(name="Done", status=Status.COMPLETED)
    text = text_of(ann)
    assert all(part in text for part in ["Letters", "40 of 100", f"/admin/promotions/job/{job.pk}/cancel/"])
    assert "Done" not in text
    assert 'hx-trigger="every' in text
    assert "Letters" in text_of(ann, "/admin/promotions/job/live/active/")


def test_without_jobs_it_says_so_and_what_to_do_and_asks_no_more(ann):
    text = text_of(ann)
    assert "No job is running or waiting." in text
    assert 'href="/admin/promotions/job/add/"' in text
    assert "No job has failed." in text
    assert 'hx-trigger="every' not in text


def test_more_jobs_than_there_is_room_for_are_said_to_be_there(ann):
    JobFactory.create_batch(21)
    assert "There are more" in text_of(ann)


def test_it_says_in_plain_words_whether_a_worker_is_there(ann):
    assert "No worker is running: jobs will wait." in text_of(ann)
    heartbeat.beat("one", "host:1")
    assert "1 worker is running." in text_of(ann)
    heartbeat.beat("two", "host:2")
    assert "2 workers are running." in text_of(ann, "/admin/promotions/job/live/active/")


def test_failures_of_the_last_days_are_shown_with_their_error_and_a_way_to_retry(ann):
    failed = JobFactory(name="Letters", status=Status.FAILED, error="codes limit exceeded")
    long_ago = JobFactory(name="Old", status=Status.FAILED)
    Job.objects.filter(pk=long_ago.pk).update(finished_at=timezone.now() - timedelta(days=8))
    text = text_of(ann)
    assert all(part in text for part in ["codes limit exceeded", f"/admin/promotions/job/{failed.pk}/retry/"])
    assert "Old" not in text


def test_promotions_that_begin_or_end_soon_are_shown(ann):
    now, day = timezone.now(), timedelta(days=1)
    PromotionFactory(name="Begins soon", start=now + day, end=now + 60 * day)
    PromotionFactory(name="Begins later", start=now + 8 * day, end=now + 60 * day)
    running(name="Ends soon", end=now + 2 * day)
    running(name="Ends later", end=now + 8 * day, automatic=True)
    running(name="Switched off", end=now + 2 * day, enabled=False)
    running(name="Gone", end=now + 2 * day, deleted_at=now)
    text = text_of(ann)
    assert "Running now: 2" in text
    assert "Begins soon" in text
    assert "Ends soon" in text
    assert not any(name in text for name in ["Begins later", "Ends later", "Switched off", "Gone"])


def test_promotions_that_are_low_on_codes_are_shown(ann):
    used_up = running(name="Used up", code_count=20)
    PromotionCodeFactory.create_batch(19, promotion=used_up, uses=0, max_uses=1)
    PromotionCodeFactory(promotion=used_up, uses=1, max_uses=1)
    running(name="Without codes")
    plenty = running(name="Plenty", code_count=10)
    PromotionCodeFactory.create_batch(10, promotion=plenty)
    running(name="Needs none", automatic=True)
    JobFactory(promotion=running(name="On its way"))
    disabled = running(name="Disabled ones", code_count=2)
    PromotionCodeFactory.create_batch(2, promotion=disabled, disabled_at=timezone.now())
    response = ann.get(HOME)
    assert [(low.promotion.name, low.stock.left) for low in response.context["promotions"]["low"]] == [
        ("Disabled ones", 0),
        ("Without codes", 0),
        ("Used up", 1),
    ]
    text = response.content.decode()
    assert "1 of 20 codes can still be used" in text
    assert "has no codes" in text


def large(name, usable):
    """A promotion with 4,000 codes, among those of another, of which as many in a hundred can still be used."""
    promotion, other = running(name=name, code_count=4000), PromotionFactory()
    for number in range(4000):
        if number % 1000 == 0:
            of_other = [PromotionCode(promotion=other, code=f"{name}-other-{number}-{n}", uses=9) for n in range(700)]
            PromotionCode.objects.bulk_create(of_other)
            of_it = [
                PromotionCode(promotion=promotion, code=f"{name}-{n}", uses=n * 37 % 100 < usable, max_uses=1)
                for n in range(number, number + 1000)
            ]
            PromotionCode.objects.bulk_create(of_it)
    return promotion


def test_of_large_promotions_it_is_estimated_who_is_low_on_codes(ann):
    large("Low", usable=4)
    large("Plenty", usable=25)
    response = ann.get(HOME)
    [low] = response.context["promotions"]["low"]
    assert low.promotion.name == "Low"
    assert 40 < low.stock.left < 320
    assert f"about {low.stock.left:,} of 4,000 codes can still be used" in response.content.decode()


def test_when_more_promotions_run_than_are_looked_at_it_says_so(ann, monkeypatch):
    monkeypatch.setattr(dashboard, "LOOKED_AT", 2)
    now = timezone.now()
    for days in (1, 2, 3):
        running(name=f"Began {days} days ago", start=now - timedelta(days=days))
    response = ann.get(HOME)
    assert [low.promotion.name for low in response.context["promotions"]["low"]] == [
        "Began 1 days ago",
        "Began 2 days ago",
    ]
    assert "Only the 2 running promotions that began last were looked at." in response.content.decode()


def test_charts_count_what_was_made_and_redeemed_by_day_and_have_a_table(ann):
    now = timezone.now()
    JobFactory(status=Status.COMPLETED, number_of_codes=70)
    JobFactory(status=Status.CANCELLED)
    old = JobFactory(status=Status.COMPLETED)
    Job.objects.filter(pk=old.pk).update(finished_at=now - timedelta(days=14))
    code = PromotionCodeFactory()
    for days in (0, 0, 3, 14):
        UsageFactory(of=code, used_on=now - timedelta(days=days))
    made, redeemed = ann.get(HOME).context["charts"]
    assert list(made.values.values()) == [0] * 13 + [70]
    assert list(redeemed.values.values()) == [0] * 10 + [1, 0, 0, 2]
    text = text_of(ann)
    assert "70 codes in the last 14 days" in text
    assert text.count("<rect") == 28
    assert text.count('<th scope="row">') == 28


def test_a_day_that_is_over_is_counted_once_and_today_each_time(ann):
    now, code = timezone.now(), PromotionCodeFactory()
    UsageFactory(of=code, used_on=now - timedelta(days=3))
    text_of(ann)
    UsageFactory(of=code, used_on=now - timedelta(days=3))
    UsageFactory(of=code, used_on=now)
    assert sum(ann.get(HOME).context["charts"][1].values.values()) == 2
    cache.clear()
    assert sum(ann.get(HOME).context["charts"][1].values.values()) == 3


@pytest.mark.parametrize(
    ("permission", "seen"),
    [
        ("view_job", {"Running and waiting jobs", "Failed in the last 7 days", "Codes made by jobs"}),
        ("view_promotion", {"Low on codes"}),
        ("view_usage", {"Codes redeemed"}),
        ("view_apiclient", {"You may not see anything here yet"}),
    ],
)
def test_each_sees_only_what_they_may(log_in, permission, seen):
    everything = [
        "Running and waiting jobs",
        "Failed in the last 7 days",
        "Codes made by jobs",
        "Low on codes",
        "Codes redeemed",
        "You may not see anything here yet",
    ]
    text = text_of(log_in(permission))
    assert {part for part in everything if part in text} == seen


def test_it_costs_the_same_however_much_there_is(ann, django_assert_max_num_queries):
    JobFactory(promotion=running(), status=Status.FAILED)
    text_of(ann)
    with django_assert_max_num_queries(20) as few:
        text_of(ann)
    for _ in range(5):
        promotion = running(code_count=10, end=timezone.now() + timedelta(days=3))
        PromotionCodeFactory.create_batch(3, promotion=promotion, uses=0, max_uses=1)
        JobFactory(promotion=running(), status=Status.PROCESSING)
        JobFactory(promotion=promotion, status=Status.FAILED)
    with django_assert_max_num_queries(len(few) + 1):
        text_of(ann)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="the planner of PostgreSQL reads small tables whole")
def test_no_query_reads_a_table_of_codes_or_usages_whole(ann, django_assert_max_num_queries):
    running(code_count=10)
    with django_assert_max_num_queries(30) as queries:
        text_of(ann)
    selects = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    with connection.cursor() as cursor:
        for sql in selects:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = " ".join(row[-1] for row in cursor.fetchall())
            for table in ("promotions_promotioncode", "promotions_usage", "promotions_auditentry"):
                assert f"SCAN {table}" not in plan or "USING" in plan, (sql, plan)
