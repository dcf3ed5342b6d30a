from datetime import UTC, datetime

import pytest

from promotions.admin import usage as usage_admin
from promotions.models import Promotion, Usage
from tests.factories import PromotionCodeFactory, PromotionFactory, UsageFactory

LIST = "/admin/promotions/usage/"


@pytest.fixture
def viewer(log_in):
    return log_in("view_usage", "view_promotion")


def orders_in(answer):
    return [usage.order_id for usage in answer.context["cl"].result_list]


def summer_usage(**fields):
    return UsageFactory(
        of=PromotionCodeFactory(code="SUMMER-1", promotion=PromotionFactory(name="Summer sale")),
        **{
            "order_id": "order 7",
            "customer_id": "bob",
            "customer_email": "bob@example.com",
            "used_on": datetime(2026, 6, 1, 12, 30, tzinfo=UTC),
        }
        | fields,
    )


def test_a_usage_is_shown_with_its_order_its_customer_and_its_promotion(viewer):
    usage = summer_usage(reversed_at=datetime(2026, 6, 2, 8, 15, tzinfo=UTC), reversed_by="The shop")
    text = viewer.get(LIST).content.decode()
    for shown in ("SUMMER-1", "order 7", "bob@example.com", "Summer sale", "2026-06-01 12:30", "Reversed"):
        assert shown in text
    text = viewer.get(f"{LIST}{usage.pk}/change/").content.decode()
    for shown in ("SUMMER-1", "order 7", "bob@example.com", "Summer sale", "The shop", "Reversed"):
        assert shown in text


@pytest.mark.parametrize("query", ["SUMMER-1", " SUMMER-1 ", "order 7", "bob", "bob@example.com"])
def test_a_usage_is_found_by_its_whole_code_order_customer_or_address(viewer, query):
    summer_usage()
    UsageFactory()
    assert orders_in(viewer.get(LIST, {"q": query})) == ["order 7"]


@pytest.mark.parametrize("query", ["SUMMER", "summer-1", "order", "bo", "%", "bob@"])
def test_a_usage_is_not_found_by_a_part(viewer, query):
    summer_usage()
    assert orders_in(viewer.get(LIST, {"q": query})) == []


def test_of_very_many_matches_the_newest_are_found(viewer, monkeypatch):
    monkeypatch.setattr(usage_admin, "MOST_FOUND", 2)
    code = PromotionCodeFactory(code="SUMMER-1")
    usages = [UsageFactory(of=code, used_on=datetime(2026, 6, day, tzinfo=UTC)) for day in (2, 1, 3)]
    assert orders_in(viewer.get(LIST, {"q": "SUMMER-1"})) == [usages[2].order_id, usages[0].order_id]


def test_usages_are_filtered_by_promotion(viewer):
    mine = summer_usage()
    UsageFactory()
    answer = viewer.get(LIST, {"promotion__id__exact": mine.promotion_id})
    assert orders_in(answer) == ["order 7"]


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ({"used_on_from": "2026-06-02"}, [3, 2]),
        ({"used_on_to": "2026-06-02"}, [2, 1]),
        ({"used_on_from": "2026-06-02", "used_on_to": "2026-06-02"}, [2]),
        ({"used_on_from": "no day", "used_on_to": "9999-12-31"}, [3, 2, 1]),
        ({"used_on_from": "0001-01-01", "used_on_to": ""}, [3, 2, 1]),
    ],
)
def test_usages_are_filtered_by_days_of_which_both_count(viewer, days, found):
    for day in (1, 2, 3):
        UsageFactory(order_id=str(day), used_on=datetime(2026, 6, day, 23, 59, tzinfo=UTC))
    assert orders_in(viewer.get(LIST, days)) == [str(day) for day in found]


def test_the_days_are_those_of_the_time_zone_that_is_shown(viewer, settings):
    settings.TIME_ZONE = "America/New_York"
    UsageFactory(order_id="late on the first", used_on=datetime(2026, 6, 2, 3, tzinfo=UTC))
    assert orders_in(viewer.get(LIST, {"used_on_to": "2026-06-01"})) == ["late on the first"]
    assert orders_in(viewer.get(LIST, {"used_on_from": "2026-06-02"})) == []


def test_the_list_counts_nothing_and_has_one_order(viewer, django_assert_max_num_queries):
    for _ in range(5):
        UsageFactory()
    viewer.get(LIST)
    with django_assert_max_num_queries(6) as queries:
        viewer.get(LIST, {"o": "1"})
    assert not any("COUNT(" in query["sql"] for query in queries)
    assert 'ORDER BY "promotions_usage"."used_on" DESC, "promotions_usage"."id" DESC' in queries[-1]["sql"]


def test_a_usage_whose_promotion_is_gone_is_still_shown(viewer):
    usage = UsageFactory(order_id="order-7")
    Promotion.objects.all()._raw_delete("default")
    assert "order-7" in viewer.get(LIST).content.decode()
    assert "order-7" in viewer.get(f"{LIST}{usage.pk}/change/").content.decode()


def test_an_empty_list_says_why_and_a_search_without_matches_how_to_go_on(viewer):
    assert "as soon as the shop redeems a code" in viewer.get(LIST).content.decode()
    text = viewer.get(LIST, {"q": "nothing like it"}).content.decode()
    assert "Nothing matches the search" in text
    assert "Show all" in text
    assert "as soon as the shop redeems a code" not in text


def test_usages_are_neither_added_nor_changed_nor_deleted(log_in):
    usage = UsageFactory()
    client = log_in("view_usage", "add_usage", "change_usage", "delete_usage")
    for url in (f"{LIST}add/", f"{LIST}{usage.pk}/change/", f"{LIST}{usage.pk}/delete/"):
        assert client.post(url, {"post": "yes"}).status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": [usage.pk], "post": "yes"})
    assert Usage.objects.get() == usage


def test_usages_are_in_the_sidebar_of_those_who_may_see_them(viewer):
    assert f'href="{LIST}"' in viewer.get("/admin/").content.decode()


def test_usages_are_hidden_from_those_who_may_not_see_them(log_in):
    client = log_in("view_promotion")
    assert client.get(LIST).status_code == 403
    assert f'href="{LIST}"' not in client.get("/admin/").content.decode()
