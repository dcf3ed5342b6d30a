"""Promotions over HTTP: creating and changing them by their rules."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from promotions.models import Promotion
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory

pytestmark = pytest.mark.django_db

USD = {"currency": "USD", "amount": 1000}
NEW = {
    "type": "promotion",
    "name": "Summer",
    "description": "Ten off",
    "enabled": True,
    "promotion_type": "fixed_discount",
    "schema": {"currencies": [USD]},
    "start": "2026-06-01",
    "end": "2026-08-31",
}


def faults(answer, status=400):
    """The faults of a refused request as (title, source)."""
    assert answer.status_code == status, answer.content
    return [(fault["title"], fault.get("source")) for fault in answer.json()["errors"]]


def test_a_new_promotion_is_told_all_its_faults_at_once_each_at_its_place(api):
    body = NEW | {
        "schema": {"currencies": [USD | {"amount": -1}], "x": 1},
        "min_cart_value": [USD, USD],
        "max_discount_value": [{"currency": "usd", "amount": 1}],
        "max_applications_per_cart": 2,
        "end": "2026-05-31",
    }
    answer = api.post("/v2/promotions", {"data": body})
    assert faults(answer) == [
        ("number_gte", "data.schema.currencies.0.amount"),
        ("additional_property_not_allowed", "data.schema"),
        ("unique", "data.min_cart_value.1.currency"),
        ("pattern", "data.max_discount_value.0.currency"),
        ("number_lte", "data.max_applications_per_cart"),
        ("end_before_start", "data"),
    ]
    assert answer.json()["errors"][0] == {
        "status": "400",
        "title": "number_gte",
        "detail": "Must be greater than or equal to 0",
        "source": "data.schema.currencies.0.amount",
    }
    assert not Promotion.objects.exists()


def test_a_year_has_four_digits_however_long_ago(api):
    answer = api.post("/v2/promotions", NEW | {"start": "0002-01-01"})
    assert answer.json()["data"]["start"] == "0002-01-01T00:00:00Z"


def test_an_empty_schema_is_told_what_it_lacks(api):
    answer = api.post("/v2/promotions", NEW | {"schema": {}})
    assert faults(answer) == [("required", "data.schema")]
    assert answer.json()["errors"][0]["detail"] == "currencies is required"


def test_what_cannot_be_stored_or_sent_is_refused(api):
    schema = b'{"currencies": [{"currency": "USD", "amount": 1}], "exclude": {"targets": ["\\u0000"]}, "\\ud800": 1}'
    body = b'{"type": "promotion", "name": "n", "description": "d", "enabled": true, "start": "2026-06-01",'
    body += b'"end": "2026-07-01", "promotion_type": "fixed_discount", "schema": ' + schema + b"}"
    answer = api.generic("POST", "/v2/promotions", body, content_type="application/json")
    assert faults(answer) == [
        ("pattern", "data.schema.exclude.targets.0"),
        ("additional_property_not_allowed", "data.schema"),
    ]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [(USD, [USD]), ([USD], [USD]), (None, None), ([], None)],
)
def test_a_list_of_amounts_may_come_as_one_amount_or_as_null(api, sent, kept):
    answer = api.post("/v2/promotions", NEW | {"min_cart_value": sent, "max_discount_value": sent})
    data = answer.json()["data"]
    assert (data.get("min_cart_value"), data.get("max_discount_value")) == (kept, kept)


def put(api, promotion, **fields):
    return api.put(f"/v2/promotions/{promotion.uuid}", fields)


@pytest.mark.parametrize("wrap", [lambda body: {"data": body}, lambda body: body])
def test_fields_that_are_left_out_stay_as_they_are(api, wrap):
    promotion = PromotionFactory(created_by="ann", updated_by="ann", max_discount_value=[USD])
    body = {"id": str(promotion.uuid), "type": "promotion", "promotion_type": "fixed_discount", "name": "renamed"}
    before = api.get(f"/v2/promotions/{promotion.uuid}").json()["data"]
    answer = api.put(f"/v2/promotions/{promotion.uuid}", wrap(body))
    assert answer.status_code == 200, answer.content
    data = answer.json()["data"]
    assert data.pop("meta")["timestamps"]["created_at"] == before.pop("meta")["timestamps"]["created_at"]
    assert data == before | {"name": "renamed", "updated_by": "The shop"}
    again = api.get(f"/v2/promotions/{promotion.uuid}").json()["data"]
    assert again.pop("meta")
    assert again == data


def test_every_field_can_be_changed(api):
    promotion = PromotionFactory(promotion_type="item_fixed_discount", schema={"currencies": [USD], "targets": ["A"]})
    change = {
        "name": "Winter",
        "description": "Five off",
        "enabled": False,
        "automatic": True,
        "schema": {"currencies": [USD | {"amount": 5}], "targets": ["B"]},
        "start": "2026-12-01T00:00:00Z",
        "end": "2027-01-31T00:00:00Z",
        "min_cart_value": [USD],
        "max_discount_value": [USD],
        "max_applications_per_cart": 3,
    }
    data = put(api, promotion, **change).json()["data"]
    assert {name: data.get(name) for name in change} == change


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"promotion_type": "x_for_y"}, ("const", "data.promotion_type")),
        ({"promotion_type": "free"}, ("enum", "data.promotion_type")),
        ({"id": "0a3be6c5-0000-4000-8000-000000000000"}, ("const", "data.id")),
        ({"id": 5}, ("const", "data.id")),
        ({"type": "coupon"}, ("enum", "data.type")),
        ({"name": ""}, ("string_gte", "data.name")),
        ({"name": None}, ("invalid_type", "data.name")),
        ({"end": "2025-12-31"}, ("end_before_start", "data")),
        ({"schema": {"currencies": []}}, ("array_min_items", "data.schema.currencies")),
        ({"schema": {}}, ("required", "data.schema")),
        ({"max_applications_per_cart": 1}, ("number_lte", "data.max_applications_per_cart")),
        ({"min_cart_value": {"currency": "USD"}}, ("required", "data.min_cart_value.0")),
    ],
)
def test_a_change_that_cannot_be_is_refused_as_a_whole(api, change, fault):
    promotion = PromotionFactory(name="Before")
    assert faults(put(api, promotion, **({"name": "After"} | change))) == [fault]
    assert Promotion.objects.get().name == "Before"


def test_a_change_of_what_is_not_there_is_not_found(api):
    PromotionFactory()
    assert faults(api.put("/v2/promotions/17", {}), 404) == [("Not Found", None)]


def test_a_token_that_may_only_read_changes_nothing(api, get_token):
    promotion = PromotionFactory()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {get_token('read')}")
    assert put(api, promotion, name="After").status_code == 403


def test_a_change_does_not_touch_the_count_of_codes(api, monkeypatch):
    promotion = PromotionFactory()
    full_clean = Promotion.full_clean

    def count_and_clean(self):
        Promotion.objects.filter(pk=self.pk).reserve(7, 1000)
        full_clean(self)

    monkeypatch.setattr(Promotion, "full_clean", count_and_clean)
    assert put(api, promotion, name="After").status_code == 200
    assert Promotion.objects.get().code_count == 7


def with_codes(count, **fields):
    """A promotion with as many codes counted; only two of them are there as rows."""
    promotion = PromotionFactory(**fields)
    Promotion.objects.filter(pk=promotion.pk).reserve(count, 10**9)
    PromotionCodeFactory.create_batch(min(count, 2), promotion=promotion)
    return promotion


def days_from_now(days):
    return timezone.now() + timedelta(days=days)


def running(**fields):
    return {"start": days_from_now(-10), "end": days_from_now(10)} | fields


def ended(**fields):
    return {"start": days_from_now(-30), "end": days_from_now(-1)} | fields


@pytest.mark.parametrize(("codes", "refused"), [(1000, False), (1001, True)])
def test_a_promotion_with_many_codes_cannot_last_longer_than_a_year(api, codes, refused):
    promotion = with_codes(codes, **running())
    answer = put(api, promotion, end=days_from_now(360).isoformat())
    assert answer.status_code == (400 if refused else 200)
    if refused:
        assert faults(answer) == [("Too many promotion codes", "data.end")]
        assert "at most 365 days" in answer.json()["errors"][0]["detail"]


def test_codes_that_a_waiting_job_will_make_count_for_the_year_too(api):
    promotion = PromotionFactory(**running())
    JobFactory(promotion=promotion, number_of_codes=1001)
    assert faults(put(api, promotion, end=days_from_now(360).isoformat())) == [
        ("Too many promotion codes", "data.end"),
    ]


def test_a_long_promotion_that_has_many_codes_can_still_be_renamed(api):
    promotion = with_codes(1001, start=days_from_now(-10), end=days_from_now(900))
    assert put(api, promotion, name="After").status_code == 200


def test_a_promotion_with_codes_cannot_become_automatic(api):
    promotion = with_codes(1, **running())
    answer = put(api, promotion, automatic=True)
    assert faults(answer, 422) == [("Unprocessable Entity", "data.automatic")]
    assert not Promotion.objects.get().automatic


@pytest.mark.parametrize(("status", "refused"), [("pending", True), ("cancelled", False)])
def test_a_promotion_with_an_active_job_cannot_become_automatic(api, status, refused):
    promotion = PromotionFactory(**running())
    JobFactory(promotion=promotion, status=status)
    assert put(api, promotion, automatic=True).status_code == (422 if refused else 200)


def codes_of(api, promotion_id):
    return [code["code"] for code in api.get(f"/v2/promotions/{promotion_id}/codes").json()["data"]]


def test_an_automatic_promotion_makes_its_own_code_which_is_redeemed_like_any_other(api):
    created = api.post("/v2/promotions", NEW | {"automatic": True, "end": "2027-05-31", "start": "2026-01-01"})
    promotion_id = created.json()["data"]["id"]
    [code] = codes_of(api, promotion_id)
    assert code.startswith("auto_")
    assert UUID(code.removeprefix("auto_")).version == 4
    assert Promotion.objects.get().code_count == 1
    order = {"code": code, "order_id": "1"}
    assert api.post("/v2/promotions/codes/redeem", order, headers={"Idempotency-Key": "k"}).status_code == 201


def test_the_code_of_an_automatic_promotion_stays(api):
    promotion_id = api.post("/v2/promotions", NEW | {"automatic": True}).json()["data"]["id"]
    [code] = codes_of(api, promotion_id)
    answer = api.delete(f"/v2/promotions/{promotion_id}/codes/{code}")
    assert faults(answer, 422) == [("Unprocessable Entity", None)]
    assert codes_of(api, promotion_id) == [code]


def test_a_promotion_that_becomes_automatic_makes_its_code_and_loses_it_when_it_becomes_manual(api):
    promotion = PromotionFactory()
    assert put(api, promotion, automatic=True).status_code == 200
    [code] = codes_of(api, promotion.uuid)
    assert put(api, promotion, automatic=True, name="After").status_code == 200
    assert codes_of(api, promotion.uuid) == [code]
    assert "automatic" not in put(api, promotion, automatic=False).json()["data"]
    assert codes_of(api, promotion.uuid) == []
    assert Promotion.objects.get().code_count == 0


def test_an_automatic_promotion_that_had_ended_gets_a_new_code_with_a_new_end(api):
    created = api.post("/v2/promotions", NEW | {"automatic": True, "start": "2026-01-01", "end": "2026-02-01"})
    promotion = Promotion.objects.get(uuid=created.json()["data"]["id"])
    [before] = codes_of(api, promotion.uuid)
    assert put(api, promotion, end=days_from_now(5).isoformat()).status_code == 200
    [after] = codes_of(api, promotion.uuid)
    assert after != before
    assert Promotion.objects.get().code_count == 1


def test_a_promotion_that_had_ended_loses_its_codes_when_it_gets_a_new_end(api):
    promotion, other = with_codes(2, **ended()), with_codes(2)
    assert put(api, promotion, end=days_from_now(5).isoformat()).status_code == 200
    promotion.refresh_from_db()
    assert (promotion.codes.count(), promotion.code_count, promotion.end > timezone.now()) == (0, 0, True)
    assert other.codes.count() == 2


def test_its_codes_are_no_hindrance_to_become_automatic_or_long_at_that(api):
    promotion = with_codes(2, **ended())
    assert put(api, promotion, end=days_from_now(900).isoformat(), automatic=True).status_code == 200


@pytest.mark.parametrize("change", [{"name": "After"}, {"end": "2020-06-01"}, {"enabled": True}])
def test_a_promotion_that_had_ended_keeps_its_codes_when_anything_else_changes(api, change):
    promotion = with_codes(2, start=datetime(2020, 1, 1, tzinfo=UTC), end=datetime(2020, 3, 1, tzinfo=UTC))
    assert put(api, promotion, **change).status_code == 200
    assert promotion.codes.count() == 2


def test_a_promotion_that_runs_keeps_its_codes_when_it_gets_a_new_end(api):
    promotion = with_codes(2, **running())
    assert put(api, promotion, end=days_from_now(20).isoformat()).status_code == 200
    assert promotion.codes.count() == 2


def test_a_promotion_that_had_ended_with_very_many_codes_gets_no_new_end(api):
    promotion = with_codes(1001, **ended())
    answer = put(api, promotion, end=days_from_now(5).isoformat())
    assert answer.status_code == 422
    assert answer.json() == {"errors": [{"status": "422", "source": "request", "title": "Unprocessable Entity"}]}
    promotion.refresh_from_db()
    assert (promotion.code_count, promotion.end < timezone.now()) == (1001, True)


def test_a_promotion_that_had_ended_gets_no_new_end_while_a_job_works_on_its_codes(api):
    promotion = PromotionFactory(**ended())
    JobFactory(promotion=promotion, status="processing")
    answer = put(api, promotion, end=days_from_now(5).isoformat())
    assert faults(answer, 422) == [("Unprocessable Entity", "data.end")]
    promotion.refresh_from_db()
    assert promotion.code_count == 100


def test_a_promotion_that_ends_while_it_is_being_changed_keeps_its_codes(api, monkeypatch):
    promotion = with_codes(2, **running())
    save = Promotion.save

    def end_and_save(self, **kwargs):
        monkeypatch.setattr("django.utils.timezone.now", lambda: promotion.end + timedelta(hours=1))
        save(self, **kwargs)

    monkeypatch.setattr(Promotion, "save", end_and_save)
    assert put(api, promotion, end=days_from_now(20).isoformat()).status_code == 200
    assert promotion.codes.count() == 2
