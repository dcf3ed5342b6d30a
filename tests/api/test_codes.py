"""Codes that are listed, added and deleted by hand."""

import pytest

from promotions.jobs import generate, lifecycle
from promotions.models import Promotion, PromotionCode
from promotions.states import Status
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory

pytestmark = pytest.mark.django_db


def url(promotion, code=""):
    return f"/v2/promotions/{promotion.uuid}/codes" + (f"/{code}" if code else "")


def body(*codes, **more):
    return {"type": "promotion_codes", "codes": [{"code": code} for code in codes], **more}


def listed(api, promotion, query=""):
    return [code["code"] for code in api.get(url(promotion) + query).json()["data"]]


@pytest.fixture
def promotion(db):
    return PromotionFactory()


@pytest.mark.parametrize("wrap", [lambda sent: {"data": sent}, lambda sent: sent])
def test_codes_are_added_and_the_promotion_is_the_answer(api, promotion, wrap):
    sent = {
        "type": "promotion_codes",
        "codes": [{"code": "ABC-1", "uses": 2, "consume_unit": "per_item", "user": "u1"}, {"code": "HEY/1 a"}],
    }
    answer = api.post(url(promotion), wrap(sent))
    assert answer.status_code == 201
    assert answer.json()["data"]["id"] == str(promotion.uuid)
    first, second = api.get(url(promotion)).json()["data"]
    assert first.pop("meta")["timestamps"]["created_at"].endswith("Z")
    assert first == {
        "type": "promotion_codes",
        "id": str(PromotionCode.objects.get(code="ABC-1").pk),
        "code": "ABC-1",
        "uses": 2,
        "max_uses": 2,
        "user": "u1",
        "created_by": "The shop",
        "consume_unit": "per_item",
    }
    assert second["consume_unit"] == "per_cart"
    assert "uses" not in second
    assert Promotion.objects.get().code_count == 2


def test_a_consume_unit_beside_the_codes_holds_for_those_that_have_none(api, promotion):
    sent = {
        "type": "promotion_codes",
        "consume_unit": "per_item",
        "codes": [{"code": "A"}, {"code": "B", "consume_unit": "per_cart"}],
    }
    api.post(url(promotion), sent)
    assert [code.consume_unit for code in PromotionCode.objects.order_by("code")] == ["per_item", "per_cart"]


def test_one_code_that_is_in_use_refuses_all_and_each_is_named(api, promotion):
    PromotionCodeFactory(code="TAKEN-1")
    PromotionCodeFactory(code="TAKEN-2", promotion=promotion)
    answer = api.post(url(promotion), body("NEW", "TAKEN-1", "TAKEN-2", "taken-1"))
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "status": "422",
            "title": "Duplicate code",
            "detail": "Promotion code already in use",
            "source": f"data.codes.{place}.code",
        }
        for place in (1, 2)
    ]
    assert PromotionCode.objects.count() == 2
    assert Promotion.objects.get(pk=promotion.pk).code_count == 0


def test_a_code_twice_in_one_request_is_refused(api, promotion):
    answer = api.post(url(promotion), body("A", "B", "A"))
    assert answer.status_code == 422
    assert [fault["source"] for fault in answer.json()["errors"]] == ["data.codes.2.code"]


@pytest.mark.parametrize(
    ("sent", "source", "title"),
    [
        (body(), "data.codes", "array_min_items"),
        ({"type": "promotion_codes"}, "data", "required"),
        (body("=1+1"), "data.codes.0.code", "pattern"),
        (body("ok", ""), "data.codes.1.code", "string_gte"),
        (body("x" * 101), "data.codes.0.code", "string_lte"),
        (body("a\u0000b"), "data.codes.0.code", "pattern"),
        ({"type": "promotion_codes", "codes": "A"}, "data.codes", "invalid_type"),
        ({"type": "promotion_codes", "codes": ["A"]}, "data.codes.0", "invalid_type"),
        ({"type": "promotion_codes", "codes": [{"code": 5}]}, "data.codes.0.code", "invalid_type"),
        ({"type": "promotion_codes", "codes": [{"code": "A", "uses": -1}]}, "data.codes.0.uses", "number_gte"),
        ({"type": "promotion_codes", "codes": [{"code": "A", "uses": "1"}]}, "data.codes.0.uses", "invalid_type"),
        (body(*map(str, range(1001))), "data.codes", "array_max_items"),
    ],
)
def test_codes_that_cannot_be_are_refused_at_their_place(api, promotion, sent, source, title):
    answer = api.post(url(promotion), sent)
    assert answer.status_code == 400, answer.json()
    faults = {(fault["source"], fault["title"]) for fault in answer.json()["errors"]}
    assert (source, title) in faults
    assert not PromotionCode.objects.exists()


def test_an_automatic_promotion_takes_no_codes(api):
    answer = api.post(url(PromotionFactory(automatic=True)), body("A"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["title"] == "No codes allowed"


def test_no_more_codes_are_added_than_a_promotion_may_have(api, settings):
    settings.PROMOTIONS_MAX_CODES = 10
    promotion = PromotionFactory(code_count=9)
    answer = api.post(url(promotion), body("A", "B"))
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["detail"] == "Only 10 promotion codes are allowed per promotion"
    assert api.post(url(promotion), body("A")).status_code == 201


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("ABC-1", "ABC-1"),
        ("ABC-1", "ABC-1/"),
        ("HEY/1 a", "HEY%2F1%20a"),
        ("HEY/1 a", "HEY/1 a"),
        ("50%+ü?&", "50%25%2B%C3%BC%3F%26"),
        ("usages", "usages"),
    ],
)
def test_a_code_of_any_characters_is_deleted(api, promotion, code, path):
    api.post(url(promotion), body(code, "other"))
    assert api.delete(url(promotion, path)).status_code == 204
    assert listed(api, promotion) == ["other"]
    assert Promotion.objects.get().code_count == 1


def test_a_code_is_deleted_by_its_id_too_but_the_text_comes_first(api, promotion):
    api.post(url(promotion), body("A"))
    key = str(PromotionCode.objects.get().pk)
    api.post(url(promotion), body(key))
    assert api.delete(url(promotion, key)).status_code == 204
    assert listed(api, promotion) == ["A"]
    assert api.delete(url(promotion, key)).status_code == 204
    assert listed(api, promotion) == []


def test_a_code_that_is_not_there_is_not_found(api, promotion):
    PromotionCodeFactory(code="ELSEWHERE")
    for code in ("NONE", "ELSEWHERE", "99999999999999999999999"):
        answer = api.delete(url(promotion, code))
        assert answer.status_code == 404
        assert answer.json()["errors"][0]["detail"] == "code not found"
    assert PromotionCode.objects.count() == 1


def test_several_codes_are_deleted_and_what_comes_with_them_is_ignored(api, promotion):
    api.post(url(promotion), body("A", "B", "C"))
    sent = {"data": {"type": "promotion_codes", "codes": [{"code": "A", "user": "u", "uses": 3}, {"code": "C"}]}}
    assert api.delete(url(promotion), sent).status_code == 204
    assert listed(api, promotion) == ["B"]
    assert Promotion.objects.get().code_count == 1


def test_one_unknown_code_deletes_none_and_is_named(api, promotion):
    api.post(url(promotion), body("A"))
    answer = api.delete(url(promotion), body("A", "X"))
    assert answer.status_code == 404
    assert [fault["source"] for fault in answer.json()["errors"]] == ["data.codes.1.code"]
    assert listed(api, promotion) == ["A"]


@pytest.mark.parametrize("sent", [None, {}, {"data": {}}, {"codes": []}])
def test_a_delete_that_names_no_code_is_refused_and_deletes_nothing(api, promotion, sent):
    api.post(url(promotion), body("A"))
    assert api.delete(url(promotion), sent).status_code == 400
    assert listed(api, promotion) == ["A"]


@pytest.fixture
def half_done(promotion, monkeypatch):
    """A promotion with two codes, a job with some hidden ones, and one code that was added since."""
    monkeypatch.setattr(generate, "BATCH", 10)
    for code in ("OLD-1", "OLD-2"):
        PromotionCodeFactory(code=code, promotion=promotion)
    Promotion.objects.update(code_count=3)
    job = lifecycle.claim(JobFactory(promotion=promotion).pk)
    next(generate.steps(job))
    PromotionCodeFactory(code="NEW-1", promotion=promotion)
    next(generate.steps(job))
    return job


def test_codes_in_preparation_are_in_no_list_and_cannot_be_deleted(api, promotion, half_done):
    assert PromotionCode.objects.count() == 23
    answer = api.get(url(promotion)).json()
    assert [code["code"] for code in answer["data"]] == ["OLD-1", "OLD-2", "NEW-1"]
    assert answer["meta"]["results"]["total"] == 3
    hidden = PromotionCode.objects.filter(job=half_done).first()
    assert listed(api, promotion, f"?filter=eq(code,{hidden.code})") == []
    assert api.get(f"/v2/promotions?filter=eq(code,{hidden.code})").json()["data"] == []
    assert api.delete(url(promotion, hidden.code)).status_code == 404
    assert api.delete(url(promotion, str(hidden.pk))).status_code == 404
    assert PromotionCode.objects.count() == 23


@pytest.mark.parametrize(
    ("offset", "expected"), [(0, ["OLD-1", "OLD-2"]), (1, ["OLD-2", "NEW-1"]), (2, ["NEW-1"]), (3, [])]
)
def test_pages_go_on_after_the_codes_in_preparation(api, promotion, half_done, offset, expected):
    assert listed(api, promotion, f"?page[limit]=2&page[offset]={offset}") == expected


def test_the_list_stays_right_while_the_job_is_undone(api, promotion, half_done):
    half_done.cancel()
    half_done = lifecycle.look_again(half_done)
    assert half_done.status == Status.CANCELLING
    assert listed(api, promotion) == ["OLD-1", "OLD-2", "NEW-1"]


def test_codes_of_a_completed_job_are_listed_and_can_be_deleted(api, promotion):
    job = lifecycle.claim(JobFactory(promotion=promotion, number_of_codes=3).pk)
    list(generate.steps(job))
    codes = listed(api, promotion)
    assert len(codes) == 3
    assert api.delete(url(promotion, codes[0])).status_code == 204
    assert Promotion.objects.get().code_count == 2


def test_the_list_is_filtered_by_code(api, promotion):
    api.post(url(promotion), body("A", "B 2", "C"))
    assert listed(api, promotion, "?filter=eq(code, B%202)") == ["B 2"]
    assert listed(api, promotion, "?filter=in(code,A,C)") == ["A", "C"]
    assert listed(api, promotion, "?filter=eq(code,b 2)") == []


def test_promotions_are_found_by_a_code(api, promotion):
    PromotionFactory()
    api.post(url(promotion), body("A B-1"))
    found = api.get("/v2/promotions?filter=eq(code,A%20B-1)").json()["data"]
    assert [one["id"] for one in found] == [str(promotion.uuid)]


def test_the_number_of_queries_does_not_grow_with_the_codes(api, promotion, django_assert_max_num_queries):
    PromotionCodeFactory.create_batch(30, promotion=promotion)
    with django_assert_max_num_queries(5):
        api.get(url(promotion))


def test_no_link_leads_beyond_the_offsets_that_are_allowed(api):
    promotion = PromotionFactory(code_count=1_000_000)
    answer = api.get(f"{url(promotion)}?page[limit]=30&page[offset]=9990").json()
    assert answer["meta"]["results"] == {"total": 1_000_000}
    assert answer["links"]["next"] is None
    assert answer["links"]["last"].endswith("?page[offset]=9990&page[limit]=30")
    assert api.get(answer["links"]["last"]).status_code == 200
