"""The search of promotions by what has been redeemed of them, as Commerce Manager asks for it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests.factories import PromotionCodeFactory, PromotionFactory, UsageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(api):
    """The names of the promotions that a search finds, sorted."""

    def search(wanted):
        answer = api.get("/v2/promotions", {"filter": wanted}, headers={"EP-Public-Search-Type": "cm_search"})
        assert answer.status_code == 200, answer.content
        return sorted(promotion["name"] for promotion in answer.json()["data"])

    return search


@pytest.fixture
def shop():
    """Two promotions that were redeemed, and one that was not; returns the codes of the first two."""
    now = timezone.now()
    running = PromotionFactory(name="Running one", start=now - timedelta(days=5), end=now + timedelta(days=5))
    schema = {"requirements": [{"targets": ["SKU-1", "SKU-2"], "quantity": 2}], "gifts": ["MUG"]}
    ended = PromotionFactory(
        name="Ended one", promotion_type="bundle_gift", schema=schema, start=datetime(2024, 1, 1, tzinfo=UTC)
    )
    PromotionFactory(name="Unused one", schema=schema, promotion_type="bundle_gift")
    first = PromotionCodeFactory(promotion=running, code="RUN-1", created_at=datetime(2023, 11, 15, 9, tzinfo=UTC))
    second = PromotionCodeFactory(promotion=ended, code="END-1")
    UsageFactory(of=first, order_id="o-1", customer_email="andy@example.com", times_used=3)
    UsageFactory(of=first, order_id="o-2", customer_email="bea@example.com")
    UsageFactory(of=second, order_id="o-3", used_on=datetime(2024, 2, 3, 12, tzinfo=UTC))
    UsageFactory(of=second, order_id="o-4", reversed_at=now)
    return first, second


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("eq(promo_name,Running one)", ["Running one"]),
        ("like(promo_name,*one)", ["Ended one", "Running one"]),
        ("eq(promo_type,bundle_gift)", ["Ended one"]),
        ("eq(promo_status,Running)", ["Running one"]),
        ("eq(promo_status, expired)", ["Ended one"]),
        ("eq(promo_checkouts,2)", ["Running one"]),
        ("lt(promo_checkouts,2)", ["Ended one"]),
        ("eq(promo_skus_prod_ids, SKU-2)", ["Ended one"]),
        ("like(promo_skus_prod_ids,MU*)", ["Ended one"]),
        ("eq(promo_skus_prod_ids,quantity)", []),
        ("eq(promo_start_date,2024-01-01)", ["Ended one"]),
        ("gr(promo_end_date,2026-06-15)", ["Running one"]),
        ("eq(code_code,RUN-1)", ["Running one"]),
        ("like(code_code,*-1)", ["Ended one", "Running one"]),
        ("ge(code_used,4)", ["Running one"]),
        ("eq(code_used,1)", ["Ended one"]),
        ("eq(code_created_date,2023-11-15)", ["Running one"]),
        ("eq(order_id,o-3)", ["Ended one"]),
        ("eq(order_id,o-4)", []),
        ("like(order_customer_email,andy*)", ["Running one"]),
        ("eq(order_created_date,2024-02-03)", ["Ended one"]),
        ("le(order_created_date,2024-02-03)", []),
        ("eq(promo_type,bundle_gift):eq(order_id,o-1)", []),
        ("(eq(order_id,o-1)|eq(order_id,o-3))", ["Ended one", "Running one"]),
        ("eq(code,RUN-1)", ["Running one"]),
    ],
)
def test_promotions_are_found_by_what_was_redeemed_of_them(found, shop, wanted, names):
    assert found(wanted) == names


def test_a_promotion_and_its_code_are_found_by_their_ids(found, shop):
    first, second = shop
    assert found(f"eq(promo_id,{first.promotion.uuid}):eq(code_id,{first.pk})") == ["Running one"]
    assert found(f"eq(promo_id,{first.promotion.uuid}):eq(code_id,{second.pk})") == []


def test_the_search_needs_its_header(api, shop):
    answer = api.get("/v2/promotions", {"filter": "eq(promo_name,Running one)"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "wanted",
    [
        "eq(promo_status,Soon)",
        "eq(promo_id,1)",
        "gt(promo_checkouts,-1)",
        f"eq(code_used,{'9' * 30})",
        "eq(promo_start_date,soon)",
        "like(promo_type,x)",
        "eq(promo_colour,red)",
    ],
)
def test_what_cannot_be_searched_for_is_refused(api, wanted):
    answer = api.get("/v2/promotions", {"filter": wanted}, headers={"EP-Public-Search-Type": "cm_search"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["detail"].startswith("Could not parse the supplied filter")
