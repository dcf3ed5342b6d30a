import pytest

from promotions.states import Status
from tests.factories import JobFactory, PromotionCodeFactory

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


def test_codes_are_neither_added_nor_changed_nor_deleted(log_in):
    code = PromotionCodeFactory()
    client = log_in("view_promotioncode", "add_promotioncode", "change_promotioncode", "delete_promotioncode")
    for url in (f"{LIST}add/", f"{LIST}{code.pk}/change/", f"{LIST}{code.pk}/delete/"):
        assert client.post(url, {"post": "yes"}).status_code == 403
