"""Promotions over HTTP: creating and changing them by their rules."""

import pytest

from promotions.models import Promotion

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
