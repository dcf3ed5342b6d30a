import re

import pytest
from django.utils import timezone

from promotions.admin import code_search
from promotions.states import Status
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory, UsageFactory

LIST = "/admin/promotions/promotioncode/"


@pytest.fixture
def viewer(log_in):
    return log_in("view_promotioncode")


@pytest.mark.parametrize(
    ("status", "is_prepared"),
    [(Status.PROCESSING, True), (Status.CANCELLING, True), (Status.COMPLETED, False), (None, False)],
)
def test_codes_of_a_job_that_has_not_completed_are_marked_as_in_preparation(viewer, status, is_prepared):
    job = JobFactory(status=status) if status else None
    code = PromotionCodeFactory(job=job)
    for url in (LIST, f"{LIST}{code.pk}/change/"):
        text = viewer.get(url).content.decode()
        assert code.code in text
        assert ("In preparation" in text) is is_prepared


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("SUMMER-1", ["SUMMER-1", "SUMMER-10"]),
        ("SUMMER", ["SUMMER-1", "SUMMER-10", "SUMMER-2"]),
        (" SUMMER-2 ", ["SUMMER-2"]),
        ("summer", ["summer-3"]),
        ("UMMER", []),
        ("%", []),
        ("two words", ["two words"]),
    ],
)
def test_codes_are_found_by_their_beginning_in_the_order_of_their_text(viewer, wanted, found):
    for code in ("SUMMER-2", "SUMMER-10", "SUMMER-1", "summer-3", "SUMMEs", "two words"):
        PromotionCodeFactory(code=code)
    answer = viewer.get(LIST, {"q": wanted})
    assert [code.code for code in answer.context["cl"].result_list] == found


def test_the_codes_of_one_promotion_are_listed(log_in):
    code = PromotionCodeFactory()
    PromotionCodeFactory()
    answer = log_in("view_promotioncode", "view_promotion").get(LIST, {"promotion__id__exact": code.promotion.pk})
    assert list(answer.context["cl"].result_list) == [code]


def test_what_is_left_of_the_uses_is_shown(viewer):
    PromotionCodeFactory(max_uses=5, uses=2)
    assert "2 of 5" in viewer.get(LIST).content.decode()


def test_the_list_counts_nothing_and_sorts_by_nothing_but_the_newest(viewer, django_assert_num_queries):
    PromotionCodeFactory.create_batch(20, job=JobFactory(status=Status.COMPLETED))
    viewer.get(LIST)
    with django_assert_num_queries(5) as queries:
        viewer.get(LIST, {"o": "1"})
    assert not any("COUNT(" in query["sql"] for query in queries)
    assert 'ORDER BY "promotions_promotioncode"."id" DESC' in queries[-1]["sql"]


def test_codes_are_neither_added_nor_changed_by_a_form(log_in):
    code = PromotionCodeFactory()
    client = log_in("view_promotioncode", "add_promotioncode", "change_promotioncode")
    for url in (f"{LIST}add/", f"{LIST}{code.pk}/change/"):
        assert client.post(url, {"code": "OTHER"}).status_code == 403


def test_a_search_in_one_promotion_finds_its_codes_among_all_that_begin_so(search_in):
    found, mine = search_in
    assert found(mine, "S-") == ["S-2", "S-3"]
    assert found(mine, "S-3") == ["S-3"]
    assert found(mine, "S-1") == []
    assert found(mine, "s-") == []


def test_a_search_in_a_promotion_with_many_codes_looks_only_at_the_first_that_begin_so(search_in, monkeypatch):
    monkeypatch.setattr(code_search, "FEW_CODES", 1)
    monkeypatch.setattr(code_search, "LOOKED_AT", 2)
    found, mine = search_in
    assert found(mine, "S-") == ["S-2"]
    assert found(mine, "S-3") == ["S-3"]


def test_a_search_finds_only_as_many_codes_as_are_shown(search_in, monkeypatch):
    monkeypatch.setattr(code_search, "MOST_FOUND", 1)
    found, mine = search_in
    assert found(mine, "S-") == ["S-2"]


@pytest.fixture
def search_in(log_in):
    """What finds the codes of a promotion, and a promotion with S-3 and S-2; another has S-1."""
    mine = PromotionFactory()
    for text, promotion in [("S-1", PromotionFactory()), ("S-3", mine), ("S-2", mine), ("T-1", mine)]:
        PromotionCodeFactory(code=text, promotion=promotion)
    client = log_in("view_promotioncode", "view_promotion")

    def found(promotion, text):
        answer = client.get(LIST, {"q": text, "promotion__id__exact": promotion.pk})
        return [code.code for code in answer.context["cl"].result_list]

    return found, mine


@pytest.mark.parametrize("nonsense", ["x", "1,2"])
def test_nonsense_for_a_promotion_in_the_address_is_left_out(viewer, nonsense):
    PromotionCodeFactory(code="S-1")
    for more in ({}, {"q": "S-"}):
        answer = viewer.get(LIST, {"promotion__id__exact": nonsense, **more})
        assert [code.code for code in answer.context["cl"].result_list] == ["S-1"]


def test_the_page_of_a_code_says_all_that_is_known_of_it(log_in):
    job = JobFactory(status=Status.COMPLETED, name="Letters", promotion=PromotionFactory(name="Summer sale"))
    code = PromotionCodeFactory(job=job, promotion=job.promotion, max_uses=5, uses=2, code="SUMMER-1")
    usage = UsageFactory(of=code, customer_email="bob@example.com")
    UsageFactory(of=PromotionCodeFactory(promotion=job.promotion), customer_email="eve@example.com")
    page = f"{LIST}{code.pk}/change/"
    text = log_in("view_promotioncode", "view_usage").get(page).content.decode()
    for shown in ("SUMMER-1", "2 of 5", "Letters", "Summer sale", "bob@example.com", usage.order_id):
        assert shown in text
    assert "eve@example.com" not in text
    for url in (f"/admin/promotions/job/{job.pk}/", f"/admin/promotions/promotion/{job.promotion_id}/"):
        assert url in text


def test_who_has_used_a_code_is_shown_only_to_who_may_see_usages(viewer):
    usage = UsageFactory(customer_email="bob@example.com")
    text = viewer.get(f"{LIST}{usage.code_id}/change/").content.decode()
    assert "bob@example.com" not in text
    assert "Nobody has used this code yet." not in text


def test_the_page_of_an_unused_code_says_so(log_in):
    code = PromotionCodeFactory()
    text = log_in("view_promotioncode", "view_usage").get(f"{LIST}{code.pk}/change/").content.decode()
    assert "Nobody has used this code yet." in text


@pytest.mark.parametrize(
    ("fields", "shown"),
    [({"max_uses": 0, "uses": 0}, "Used up"), ({"disabled_at": timezone.now()}, "Disabled"), ({}, "Live")],
)
def test_a_code_that_cannot_be_used_is_marked(viewer, fields, shown):
    code = PromotionCodeFactory(**fields)
    for url in (LIST, f"{LIST}{code.pk}/change/"):
        text = viewer.get(url).content.decode()
        assert re.findall(r">\s*(Used up|Disabled|Live)\s*<", text) == [shown]
