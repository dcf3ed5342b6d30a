"""What stands above the tabs of a promotion, and in them."""

from datetime import UTC, datetime, timedelta

import pytest

from promotions.admin import promotion_page
from promotions.admin.promotion_page import dates_in_words
from promotions.models import Promotion
from promotions.models.promotion_change import change, create
from promotions.states import Status
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory, UsageFactory, UserFactory

EVERYTHING = [
    "view_promotion",
    "change_promotion",
    "add_promotion",
    "view_promotioncode",
    "add_promotioncode",
    "view_job",
    "add_job",
    "cancel_job",
    "view_usage",
]
TABS = ["change", "codes", "jobs", "usages", "history"]
ACTIONS = ["generate", "export", "codes/add", "duplicate"]
START, END = datetime(2026, 6, 1, 8, 30, tzinfo=UTC), datetime(2026, 8, 31, 22, tzinfo=UTC)


def url(promotion, name="change"):
    return f"/admin/promotions/promotion/{promotion.pk}/{name}/"


def text_of(client, promotion, name="change"):
    answer = client.get(url(promotion, name))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def everyone(log_in):
    """A client for who may do everything that there is on the page of a promotion."""
    return log_in(*EVERYTHING)


@pytest.mark.parametrize(
    ("enabled", "now", "words"),
    [
        (
            True,
            START - timedelta(days=3),
            "Starts on 1 June 2026, 08:30, in 3\xa0days, and ends on 31 August 2026, 22:00.",
        ),
        (
            True,
            END - timedelta(days=7),
            "Runs since 1 June 2026, 08:30 and ends on 31 August 2026, 22:00, in 1",
        ),
        (True, END + timedelta(hours=2), "Ran from 1 June 2026, 08:30 to 31 August 2026, 22:00, and ended 2"),
        (False, START, "Nobody gets it. When enabled it runs from 1 June 2026, 08:30 to 31 August 2026, 22:00"),
    ],
)
def test_the_dates_are_told_in_words(enabled, now, words):
    assert dates_in_words(Promotion(start=START, end=END, enabled=enabled), now).startswith(words)


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_has_the_state_the_count_and_the_other_tabs(everyone, settings, tab):
    settings.PROMOTIONS_MAX_CODES = 2000
    promotion = JobFactory(status=Status.COMPLETED, number_of_codes=1234, promotion__enabled=False).promotion
    text = text_of(everyone, promotion, tab)
    assert "\ndisabled\n" in text
    assert "1,234 of at most 2,000 codes." in text
    assert all(f'href="{url(promotion, other)}"' in text for other in TABS)
    assert f'<a href="{url(promotion, tab)}" aria-current="page">' in text
    assert text.count("aria-current") == 1


@pytest.mark.parametrize(
    ("tab", "permission"), [("codes", "view_promotioncode"), ("jobs", "view_job"), ("usages", "view_usage")]
)
def test_a_tab_is_only_for_who_may_see_what_is_in_it(log_in, tab, permission):
    promotion = PromotionFactory()
    client = log_in(*(name for name in EVERYTHING if name != permission))
    assert f'href="{url(promotion, tab)}"' not in text_of(client, promotion)
    assert client.get(url(promotion, tab)).status_code == 403


@pytest.mark.parametrize("tab", TABS)
def test_who_may_not_see_promotions_sees_no_tab(log_in, tab):
    client = log_in("view_promotioncode", "view_job", "view_usage")
    assert client.get(url(PromotionFactory(), tab)).status_code == 403


@pytest.mark.parametrize("tab", TABS)
def test_a_promotion_that_is_gone_is_sent_away_from(everyone, tab):
    promotion = PromotionFactory(deleted_at=START)
    assert everyone.get(url(promotion, tab)).status_code == 302


@pytest.mark.parametrize("tab", TABS)
def test_whoever_is_not_logged_in_is_asked_to(client, db, tab):
    assert "/admin/login/" in client.get(url(PromotionFactory(), tab)).url


def test_what_somebody_may_not_do_is_not_offered(log_in):
    promotion = JobFactory(status=Status.COMPLETED).promotion
    text = text_of(log_in("view_promotion"), promotion)
    assert not any(f'"{url(promotion, action)}"' in text for action in ACTIONS)


def test_what_somebody_may_do_is_offered(everyone):
    promotion = JobFactory(status=Status.COMPLETED).promotion
    text = text_of(everyone, promotion)
    assert all(f'"{url(promotion, action)}"' in text for action in ACTIONS)


def test_an_automatic_promotion_is_offered_no_codes(everyone):
    promotion = PromotionFactory(automatic=True)
    text = text_of(everyone, promotion, "codes")
    assert "This promotion applies without a code." in text
    assert f'"{url(promotion, "generate")}"' not in text
    assert f'"{url(promotion, "codes/add")}"' not in text


def test_empty_tabs_say_what_to_do_next(everyone):
    promotion = PromotionFactory()
    assert "Generate as many as you need" in text_of(everyone, promotion, "codes")
    assert "begin with Generate codes" in text_of(everyone, promotion, "jobs")
    assert "as soon as the shop redeems a code" in text_of(everyone, promotion, "usages")


def test_the_codes_are_the_latest_and_lead_to_all(everyone):
    promotion = PromotionFactory()
    codes = PromotionCodeFactory.create_batch(11, promotion=promotion, max_uses=5, uses=2)
    other = PromotionCodeFactory()
    text = text_of(everyone, promotion, "codes")
    shown = [f"/promotioncode/{code.pk}/change/" in text for code in codes]
    assert shown == [False] + [True] * 10
    assert other.code not in text.split()
    assert "2 of 5" in text
    assert "Live" in text
    assert f'/admin/promotions/promotioncode/?promotion__id__exact={promotion.pk}"' in text


def test_the_jobs_are_the_latest_and_the_older_ones_are_a_page_away(everyone, monkeypatch):
    monkeypatch.setattr(promotion_page, "ROWS", 2)
    promotion = PromotionFactory()
    jobs = [JobFactory(promotion=promotion, name=f"Job number {n}", status=Status.COMPLETED) for n in range(3)]
    JobFactory(name="Elsewhere")
    text = text_of(everyone, promotion, "jobs")
    assert [job.name in text for job in jobs] == [False, True, True]
    assert "Elsewhere" not in text
    older = f"?before={jobs[1].pk}"
    assert f'href="{older}"' in text
    text = everyone.get(url(promotion, "jobs") + older).content.decode()
    assert [job.name in text for job in jobs] == [True, False, False]
    assert "?before=" not in text


@pytest.mark.parametrize("nonsense", ["x", "-1", "9" * 18, "٣"])
def test_nonsense_for_older_rows_is_left_out(everyone, nonsense):
    promotion = JobFactory(name="Letters").promotion
    answer = everyone.get(url(promotion, "jobs"), {"before": nonsense})
    assert "Letters" in answer.content.decode()


def test_a_job_shows_its_state_and_progress_and_can_be_cancelled_by_who_may(log_in):
    job = JobFactory(status=Status.PROCESSING, generated=40)
    client = log_in("view_promotion", "view_job", "cancel_job")
    text = text_of(client, job.promotion, "jobs")
    assert "\nprocessing\n" in text
    assert "40 of 100" in text
    assert f"/admin/promotions/job/{job.pk}/cancel/" in text
    client.force_login(UserFactory(permissions=["view_promotion", "view_job"]))
    assert f"/admin/promotions/job/{job.pk}/cancel/" not in text_of(client, job.promotion, "jobs")


def test_the_usages_are_the_newest_with_their_number(everyone, monkeypatch):
    monkeypatch.setattr(promotion_page, "ROWS", 2)
    code = PromotionCodeFactory()
    for day in (1, 3, 2):
        UsageFactory(of=code, order_id=f"order of day {day}", used_on=datetime(2026, 6, day, tzinfo=UTC))
    UsageFactory(order_id="elsewhere")
    text = text_of(everyone, code.promotion, "usages")
    assert [f"order of day {day}" in text for day in (1, 2, 3)] == [False, True, True]
    assert "elsewhere" not in text
    assert "3 usages." in text
    assert f'/admin/promotions/usage/?promotion__id__exact={code.promotion_id}"' in text
    monkeypatch.setattr(promotion_page, "COUNTED", 2)
    assert "More than 2 usages" in text_of(everyone, code.promotion, "usages")


def make(**fields):
    promotion = Promotion(
        **{
            "name": "Summer sale",
            "description": "Ten off",
            "promotion_type": "fixed_discount",
            "schema": {"currencies": [{"currency": "USD", "amount": 1000}]},
            "start": START,
            "end": END,
        }
        | fields
    )
    create(promotion, by="bob")
    return promotion


def changed(promotion, **fields):
    return change(Promotion.objects.get(pk=promotion.pk), fields, by="eve")


def rows_of(answer):
    return [
        (version.who, version.is_first, [(row.field, row.before, row.after) for row in version.changes])
        for version in answer.context["versions"]
    ]


@pytest.mark.parametrize(
    ("made", "fields", "told"),
    [
        ({}, {"name": "Winter sale"}, ("Name", "Summer sale", "Winter sale")),
        ({}, {"enabled": True}, ("Enabled", "no", "yes")),
        ({}, {"end": END + timedelta(hours=1)}, ("End", "31 August 2026, 22:00", "31 August 2026, 23:00")),
        (
            {},
            {"schema": {"currencies": [{"currency": "USD", "amount": 1550}, {"currency": "JPY", "amount": 500}]}},
            ("Discount", "10.00 USD", "15.50 USD; 500 JPY"),
        ),
        (
            {"promotion_type": "percent_discount", "schema": {"currencies": [{"currency": "USD", "percentage": 10}]}},
            {"schema": {"currencies": [{"currency": "USD", "percentage": 12.5}]}},
            ("Percent off", "10 % USD", "12.5 % USD"),
        ),
        (
            {"promotion_type": "item_percent_discount", "schema": {"percent": 10, "targets": "all"}},
            {"schema": {"percent": 12.5, "targets": "all"}},
            ("Percent off", "10 %", "12.5 %"),
        ),
        (
            {"promotion_type": "item_percent_discount", "schema": {"percent": 10, "targets": ["A"]}},
            {"schema": {"percent": 10, "targets": ["A", "B"]}},
            ("Products", "A", "A; B"),
        ),
        (
            {},
            {"min_cart_value": [{"currency": "USD", "amount": 5000}]},
            ("Minimum cart value", "nothing", "50.00 USD"),
        ),
    ],
)
def test_the_history_tells_what_was_changed_in_peoples_words(everyone, made, fields, told):
    promotion = make(**made)
    changed(promotion, **fields)
    assert rows_of(everyone.get(url(promotion, "history"))) == [("eve", False, [told]), ("bob", True, [])]


def test_the_history_stands_on_the_page_and_goes_on_on_the_next(everyone, monkeypatch):
    monkeypatch.setattr(promotion_page, "ROWS", 2)
    promotion = make()
    for name in ("<b>Second</b>", "Third"):
        changed(promotion, name=name)
    first = everyone.get(url(promotion, "history"))
    text = first.content.decode()
    assert "&lt;b&gt;Second&lt;/b&gt;" in text
    assert "Changed by eve" in text
    assert [is_first for _, is_first, _ in rows_of(first)] == [False, False]
    second = everyone.get(url(promotion, "history"), {"before": first.context["older"]})
    assert rows_of(second) == [("bob", True, [])]
    assert "Created by bob" in second.content.decode()


def test_several_changes_at_once_are_one_version(everyone):
    promotion = make()
    changed(promotion, name="Winter sale", enabled=True)
    [version, _first] = rows_of(everyone.get(url(promotion, "history")))
    assert version == ("eve", False, [("Name", "Summer sale", "Winter sale"), ("Enabled", "no", "yes")])


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_takes_the_same_few_queries_however_much_there_is(everyone, django_assert_max_num_queries, tab):
    promotion = make()
    for n in range(12):
        changed(promotion, name=f"Name {n}")
        job = JobFactory(promotion=promotion, status=Status.COMPLETED, number_of_codes=1)
        UsageFactory(of=PromotionCodeFactory(promotion=promotion, job=job))
    everyone.get(url(promotion, tab))
    with django_assert_max_num_queries(8):
        everyone.get(url(promotion, tab))
