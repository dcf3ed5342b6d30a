"""Redeeming, reversing, listing and anonymizing over the API."""

from copy import copy
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.utils import timezone

from promotions.api import idempotency, sorting
from promotions.models import IdempotencyKey, PromotionCode, Usage
from tests.factories import PromotionCodeFactory, PromotionFactory, UsageFactory

pytestmark = pytest.mark.django_db

REDEEM = "/v2/promotions/codes/redeem"
ANONYMIZE = "/v2/promotions/usages/anonymize"
BAD_PAGE = "page[limit]=101"


def running_code(**fields):
    promotion = PromotionFactory(start=timezone.now() - timedelta(days=1))
    return PromotionCodeFactory(promotion=promotion, **fields)


def send(api, url, body=None, key="key-1"):
    return api.post(url, body, headers={"Idempotency-Key": key} if key else {})


def redeem(api, code, key="key-1", **order):
    return send(api, REDEEM, {"code": code.code, "order_id": "order-1"} | order, key)


def reverse_url(usage_id):
    return f"/v2/promotions/usages/{usage_id}/reverse"


def fault(answer):
    [only] = answer.json()["errors"]
    return only


def uses_left(code):
    return PromotionCode.objects.get(pk=code.pk).uses


@pytest.mark.parametrize("wrap", [lambda body: {"data": body}, lambda body: body])
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_code_is_redeemed_wrapped_or_bare(api, wrap, slash):
    code = running_code(uses=5, max_uses=5, consume_unit="per_item")
    order = {
        "code": code.code,
        "order_id": "order-1",
        "customer_id": "ada",
        "customer_email": "ada@example.com",
        "quantity": 2,
    }
    answer = send(api, REDEEM + slash, wrap(order))
    assert answer.status_code == 201, answer.content
    assert "Idempotent-Replayed" not in answer.headers
    data = answer.json()["data"]
    assert data == {
        "id": str(Usage.objects.get().uuid),
        "order_id": "order-1",
        "code_id": str(code.pk),
        "code": code.code,
        "times_used": 2,
        "used_on": data["used_on"],
        "customer_id": "ada",
        "cusomter_id": "ada",
        "customer_email": "ada@example.com",
        "meta": {"timestamps": {"updated_at": data["used_on"]}},
        "anonymized": False,
    }
    assert uses_left(code) == 3


def test_a_disabled_code_is_refused_and_looks_in_the_list_as_ever(api):
    code = running_code(uses=5, max_uses=5)
    url = f"/v2/promotions/{code.promotion.uuid}/codes"
    before = api.get(url).json()
    PromotionCode.objects.update(disabled_at=timezone.now())
    answer = redeem(api, code)
    assert answer.status_code == 422
    assert fault(answer)["title"] == "Code disabled"
    assert fault(answer)["detail"] == "Promotion code is disabled"
    assert api.get(url).json() == before


def test_a_guest_may_redeem_and_null_means_not_given(api):
    data = redeem(api, running_code(), customer_id=None, customer_email=None).json()["data"]
    assert (data["customer_id"], data["customer_email"]) == ("", "")


@pytest.mark.parametrize(
    ("order", "source", "title"),
    [
        ({"code": ""}, "data.code", "string_gte"),
        ({"code": 5}, "data.code", "invalid_type"),
        ({"code": "a\u0000"}, "data.code", "pattern"),
        ({"order_id": None}, "data.order_id", "invalid_type"),
        ({"order_id": "x" * 256}, "data.order_id", "string_lte"),
        ({"customer_id": 7}, "data.customer_id", "invalid_type"),
        ({"quantity": 0}, "data.quantity", "number_gte"),
        ({"quantity": "1"}, "data.quantity", "invalid_type"),
        ({"quantity": 2**31}, "data.quantity", "number_lte"),
    ],
)
def test_an_order_that_cannot_be_is_refused_at_its_place_and_keeps_no_key(api, order, source, title):
    code = running_code()
    answer = send(api, REDEEM, {"code": code.code, "order_id": "order-1"} | order)
    assert answer.status_code == 400
    assert (fault(answer)["source"], fault(answer)["title"]) == (source, title)
    assert redeem(api, code).status_code == 201


@pytest.mark.parametrize(
    ("key", "title"), [("", "required"), ("two words", "pattern"), ("x" * 256, "pattern"), ("schlüssel", "pattern")]
)
def test_without_a_good_key_nothing_is_redeemed(api, key, title):
    answer = redeem(api, running_code(), key=key)
    assert answer.status_code == 400
    assert (fault(answer)["source"], fault(answer)["title"]) == ("Idempotency-Key", title)
    assert not Usage.objects.exists()


def test_the_code_must_be_known(api):
    answer = send(api, REDEEM, {"code": "nothing", "order_id": "order-1"})
    assert answer.status_code == 404
    assert fault(answer) == {"status": "404", "title": "Not Found", "detail": "code not found"}


PAST, FUTURE = datetime(2020, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("promotion", "code", "title", "detail"),
    [
        ({}, {"uses": 0, "max_uses": 1}, "Code exhausted", "Promotion code has not enough uses left"),
        ({}, {"user": "bob"}, "Code not allowed", "Promotion code belongs to another customer"),
        ({"enabled": False}, {}, "Promotion disabled", "Promotion is disabled"),
        ({"start": FUTURE}, {}, "Promotion not started", "Promotion has not started yet"),
        ({"start": PAST}, {}, "Promotion expired", "Promotion has expired"),
    ],
)
def test_a_refusal_says_why(api, promotion, code, title, detail):
    promotion = PromotionFactory(**({"start": timezone.now() - timedelta(days=1)} | promotion))
    answer = redeem(api, PromotionCodeFactory(promotion=promotion, **code), customer_id="ada")
    assert answer.status_code == 422
    assert fault(answer) == {"status": "422", "title": title, "detail": detail}


def test_the_same_key_answers_the_same_and_changes_nothing(api):
    code = running_code(uses=5, max_uses=5)
    order = {"order_id": "order-1", "customer_email": "ada@example.com"}
    first = redeem(api, code, **order)
    again = send(api, REDEEM + "/", {"data": {"customer_email": "ada@example.com", "code": code.code} | order})
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert uses_left(code) == 4


def test_a_refusal_is_answered_again_also_when_it_would_not_be_refused_any_more(api):
    code = running_code(uses=0, max_uses=1)
    first = redeem(api, code)
    PromotionCode.objects.update(uses=1)
    again = redeem(api, code)
    assert (again.status_code, again.content) == (422, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert redeem(api, code, key="key-2").status_code == 201


@pytest.mark.parametrize("other", [{"order_id": "order-2"}, {"quantity": 2}, {"note": "new"}])
def test_the_same_key_with_another_body_is_refused(api, other):
    code = running_code(uses=5, max_uses=5)
    redeem(api, code)
    answer = redeem(api, code, **other)
    assert answer.status_code == 422
    assert fault(answer) == {
        "status": "422",
        "title": "Idempotency key reused",
        "detail": "The Idempotency-Key was used for another request",
        "source": "Idempotency-Key",
    }
    assert uses_left(code) == 4


def test_keys_of_different_clients_have_nothing_to_do_with_each_other(api, monkeypatch):
    code = running_code(uses=5, max_uses=5)
    redeem(api, code)
    monkeypatch.setattr(idempotency, "client_id", lambda request: "another")
    assert "Idempotent-Replayed" not in redeem(api, code).headers
    assert uses_left(code) == 3


def test_a_fault_of_our_own_undoes_everything_and_frees_the_key(api, monkeypatch):
    code = running_code(uses=5, max_uses=5)
    with monkeypatch.context() as broken:
        broken.setattr(IdempotencyKey, "save", lambda *args, **kwargs: 1 / 0)
        assert redeem(api, code).status_code == 500
    assert uses_left(code) == 5
    assert not Usage.objects.exists()
    assert redeem(api, code).status_code == 201


def test_redeeming_needs_a_token_that_may_write(api, get_token):
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {get_token('read')}")
    assert redeem(api, running_code()).status_code == 403


@pytest.mark.parametrize("body", [None, {}, {"data": {}}])
def test_a_reversal_gives_the_uses_back_exactly_once(api, body):
    code = running_code(uses=5, max_uses=5)
    usage_id = redeem(api, code).json()["data"]["id"]
    answer = send(api, reverse_url(usage_id), body, key="back-1")
    assert answer.status_code == 200, answer.content
    assert answer.json()["data"]["updated_by"] == "The shop"
    assert answer.json()["data"]["meta"]["timestamps"]["reversed_at"]
    again = send(api, reverse_url(usage_id), body, key="back-1")
    assert (again.content, again.headers["Idempotent-Replayed"]) == (answer.content, "true")
    other = send(api, reverse_url(usage_id), body, key="back-2")
    assert other.status_code == 422
    assert fault(other)["detail"] == "Usage has already been reversed"
    assert uses_left(code) == 5


def test_a_key_of_a_redemption_is_no_key_for_its_reversal(api):
    usage_id = redeem(api, running_code()).json()["data"]["id"]
    assert send(api, reverse_url(usage_id)).status_code == 422
    assert Usage.objects.get().reversed_at is None


@pytest.mark.parametrize("usage_id", ["17", str(uuid4())])
def test_only_a_known_usage_can_be_reversed(api, usage_id):
    answer = send(api, reverse_url(usage_id))
    assert answer.status_code == 404
    assert fault(answer)["detail"] == "usage not found"


def test_a_reversal_needs_a_key(api):
    assert fault(send(api, reverse_url(UsageFactory().uuid), key=None))["title"] == "required"


def usages_of(code, count=3):
    """Usages of which each is older, was changed later, and sorts later by customer than the one before."""
    start = datetime(2026, 2, 1, tzinfo=UTC)
    return [
        UsageFactory(of=code, used_on=start - timedelta(days=n), updated_at=start + timedelta(days=n))
        for n in range(count)
    ]


def orders(answer):
    assert answer.status_code == 200, answer.content
    return [usage["order_id"] for usage in answer.json()["data"]]


def promotion_url(promotion):
    return f"/v2/promotions/{promotion.uuid}/usages"


def code_url(code, text=None):
    return f"/v2/promotions/{code.promotion.uuid}/codes/{text or code.code}/usages"


def test_the_usages_of_a_promotion_are_last_changed_first_and_only_its_own(api):
    code = PromotionCodeFactory()
    usages = usages_of(code)
    UsageFactory()
    answer = api.get(promotion_url(code.promotion))
    assert orders(answer) == [usage.order_id for usage in reversed(usages)]
    assert answer.json()["meta"]["results"] == {"total": 3}


@pytest.mark.parametrize(
    ("sort", "field"),
    [
        ("code", "code"),
        ("customer_id", "customer_id"),
        ("order_id", "order_id"),
        ("customer_email", "customer_email"),
        ("id", "uuid"),
        ("used_on", "used_on"),
        ("updated_at", "updated_at"),
    ],
)
def test_the_usages_of_a_promotion_are_sorted_as_asked_for(api, sort, field):
    promotion = PromotionFactory()
    usages = [usages_of(PromotionCodeFactory(promotion=promotion), 1)[0] for _ in range(3)]
    for n, usage in enumerate(usages):
        moment = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=(n + 1) % 3)
        Usage.objects.filter(pk=usage.pk).update(used_on=moment, updated_at=moment)
    values = [str(getattr(usage, field)) for usage in Usage.objects.order_by(field)]
    assert values == sorted(values)
    wanted = [usage.order_id for usage in Usage.objects.order_by(field)]
    assert orders(api.get(f"{promotion_url(promotion)}?sort={sort}")) == wanted
    assert orders(api.get(f"{promotion_url(promotion)}?sort=-{sort}")) == wanted[::-1]


def test_very_many_usages_are_sorted_by_their_times_only(api, monkeypatch):
    monkeypatch.setattr(sorting, "SORTED_MAX", 2)
    code = PromotionCodeFactory()
    usages = usages_of(code)
    url = promotion_url(code.promotion)
    for sort in ("used_on", "-used_on", "updated_at", "-updated_at"):
        assert len(orders(api.get(f"{url}?sort={sort}"))) == 3
    for sort in ("code", "-customer_id", "order_id", "customer_email", "id"):
        refused = fault(api.get(f"{url}?sort={sort}"))
        assert (refused["status"], refused["source"]) == ("400", "sort")
        assert refused["detail"] == "More than 2 rows can only be sorted by updated_at, used_on: use a filter"
    since = f"filter=gt(used_on,{usages[2].used_on:%Y-%m-%dT%H:%M:%SZ})"
    assert len(orders(api.get(f"{url}?sort=order_id&{since}"))) == 2


def test_the_usages_of_a_code_are_oldest_first_or_newest_first(api):
    code = PromotionCodeFactory()
    usages = usages_of(code)
    UsageFactory(of=PromotionCodeFactory(promotion=code.promotion))
    assert orders(api.get(code_url(code))) == [usage.order_id for usage in reversed(usages)]
    assert orders(api.get(code_url(code) + "?sort=-used_on")) == [usage.order_id for usage in usages]


@pytest.mark.parametrize("sort", ["times_used", "", "-", "--used_on", "promotion__name", "pk", "\x00"])
def test_any_other_order_is_refused(api, sort):
    code = PromotionCodeFactory()
    for url in (promotion_url(code.promotion), code_url(code)):
        answer = api.get(url, {"sort": sort})
        assert answer.status_code == 400
        assert fault(answer)["source"] == "sort"
    assert api.get(code_url(code) + "?sort=order_id").status_code == 400


def test_usages_are_paged(api):
    code = PromotionCodeFactory()
    usages_of(code, 5)
    for url in (promotion_url(code.promotion), code_url(code)):
        first, second = (api.get(f"{url}?page[limit]=3&page[offset]={offset}") for offset in (0, 3))
        assert (len(orders(first)), len(orders(second))) == (3, 2)
        assert len({*orders(first), *orders(second)}) == 5
        assert api.get(f"{url}?{BAD_PAGE}").status_code == 400


@pytest.mark.parametrize("text", ["HEY/1 a", "a/usages", "100% off", "über?#"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_code_in_an_address_may_have_any_characters(api, text, slash):
    code = PromotionCodeFactory(code=text)
    usage = UsageFactory(of=code)
    assert orders(api.get(code_url(code, quote(text, safe="")) + slash)) == [usage.order_id]
    assert orders(api.get(code_url(code, quote(text, safe="/")) + slash)) == [usage.order_id]


def test_the_usages_of_a_deleted_code_can_still_be_read(api):
    code = PromotionCodeFactory()
    usage = UsageFactory(of=code)
    code.delete()
    assert orders(api.get(code_url(code))) == [usage.order_id]


def test_a_code_that_was_never_used_has_an_empty_list(api):
    assert orders(api.get(code_url(PromotionCodeFactory()))) == []


@pytest.mark.parametrize("text", ["nothing", "%00"])
def test_the_usages_of_an_unknown_code_or_promotion_are_not_found(api, text):
    code = PromotionCodeFactory()
    assert fault(api.get(code_url(code, text)))["detail"] == "code not found"
    assert fault(api.get(f"/v2/promotions/{uuid4()}/usages"))["detail"] == "promotion not found"


def test_usages_are_anonymized(api):
    usages = UsageFactory.create_batch(2)
    answer = api.post(ANONYMIZE, {"data": {"usage_ids": [str(usage.uuid) for usage in usages]}})
    assert answer.status_code == 200
    assert "errors" not in answer.json()
    data = answer.json()["data"]
    assert [usage["id"] for usage in data] == [str(usage.uuid) for usage in usages]
    assert {(u["customer_email"], u["anonymized"], u["updated_by"]) for u in data} == {("**", True, "The shop")}


def test_ids_that_are_not_there_are_named_beside_what_was_anonymized(api):
    usage, unknown = UsageFactory(), str(uuid4())
    answer = api.post(ANONYMIZE, {"usage_ids": [unknown, str(usage.uuid), "nonsense"]})
    assert answer.status_code == 200
    assert [one["id"] for one in answer.json()["data"]] == [str(usage.uuid)]
    assert fault(answer) == {
        "status": "404",
        "title": "Could not anonymize some usages",
        "detail": "Usages not found.",
        "meta": {"usage_ids": [unknown, "nonsense"]},
    }


def test_when_no_id_is_there_the_answer_is_not_found(api):
    answer = api.post(ANONYMIZE, {"data": {"usage_ids": ["nonsense"]}})
    assert answer.status_code == 404
    assert "data" not in answer.json()
    assert (fault(answer)["title"], fault(answer)["meta"]) == ("Usages Not Found", {"usage_ids": ["nonsense"]})


@pytest.mark.parametrize(
    ("body", "source"),
    [
        ({}, "data"),
        ({"usage_ids": []}, "data.usage_ids"),
        ({"usage_ids": "x"}, "data.usage_ids"),
        ({"usage_ids": [5]}, "data.usage_ids.0"),
        ({"usage_ids": ["x"] * 1001}, "data.usage_ids"),
    ],
)
def test_ids_that_cannot_be_are_refused(api, body, source):
    answer = api.post(ANONYMIZE, {"data": body})
    assert answer.status_code == 400
    assert fault(answer)["source"] == source


def test_an_anonymized_address_does_not_come_back_by_an_old_key(api):
    code = running_code()
    usage_id = redeem(api, code, customer_email="ada@example.com").json()["data"]["id"]
    api.post(ANONYMIZE, {"data": {"usage_ids": [usage_id]}})
    again = redeem(api, code, customer_email="ada@example.com")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json()["data"]["customer_email"] == "**"
    assert "ada@" not in IdempotencyKey.objects.get().body


def test_the_answers_cost_a_constant_number_of_queries(api, django_assert_max_num_queries):
    code = running_code(uses=50, max_uses=50)
    usages_of(code, 20)
    with django_assert_max_num_queries(6):
        api.get(promotion_url(code.promotion))
    with django_assert_max_num_queries(11):
        redeem(api, code)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("eq(code,A)", {"one"}),
        ("eq(id,{two})", {"two"}),
        ("gt(used_on,2026-11-02)", {"three"}),
        ("ge(used_on,2026-11-02)", {"two", "three"}),
        ("lt(used_on,2026-11-02T00:00:00Z)", {"one"}),
        ("le(used_on,1793577600000)", {"one", "two"}),
        ("ge(used_on,2026-11-02):eq(code,B)", {"two", "three"}),
        ("eq(code,nothing)", set()),
    ],
)
def test_usages_are_filtered(api, text, expected):
    promotion = PromotionFactory()
    usages = {
        order: UsageFactory(promotion=promotion, code=code, order_id=order, used_on=datetime(2026, 11, day, tzinfo=UTC))
        for day, (order, code) in enumerate([("one", "A"), ("two", "B"), ("three", "B")], start=1)
    }
    text = text.replace("{two}", str(usages["two"].uuid))
    assert set(orders(api.get(f"{promotion_url(promotion)}?filter={text}"))) == expected


@pytest.mark.parametrize(
    "text",
    [
        "eq(id,17)",
        "gt(used_on,yesterday)",
        "eq(used_on,2026-11-02)",
        "gt(used_on,99999999999999999999)",
        "like(code,A*)",
    ],
)
def test_a_filter_of_usages_that_cannot_be_is_refused(api, text):
    answer = api.get(f"{promotion_url(PromotionFactory())}?filter={text}")
    assert answer.status_code == 400
    assert fault(answer)["title"] == "Bad Request"


def test_usages_are_counted_only_as_far_as_anyone_can_page(api):
    usage = UsageFactory()
    copies = [copy(usage) for _ in range(10_099)]
    for one in copies:
        one.pk, one.uuid = None, uuid4()
    Usage.objects.bulk_create(copies)
    url = f"/v2/promotions/{usage.promotion.uuid}/usages?page[limit]=100&page[offset]=10000"
    assert api.get(url).json()["meta"]["results"] == {"total": 10_100}
    UsageFactory(of=PromotionCode.objects.get(pk=usage.code_id))
    answer = api.get(url).json()
    assert answer["meta"]["results"] == {"total": 10_100, "capped": True}
    assert (len(answer["data"]), answer["links"]["next"]) == (100, None)
