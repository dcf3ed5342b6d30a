"""The versions of a promotion over HTTP."""

import uuid

import pytest

from promotions.jobs import runner
from promotions.models import Promotion
from tests.factories import JobFactory, PromotionFactory

pytestmark = pytest.mark.django_db


def history(api, promotion, query=""):
    answer = api.get(f"/v2/promotions/{promotion.uuid}/history{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def put(api, promotion, **fields):
    assert api.put(f"/v2/promotions/{promotion.uuid}", fields).status_code == 200


@pytest.fixture
def promotion():
    return PromotionFactory(name="First", enabled=False)


def test_a_new_promotion_has_one_version_which_is_what_it_is(api, promotion):
    body = history(api, promotion)
    [version] = body["data"]
    assert version["meta"].pop("changed") == []
    assert version == api.get(f"/v2/promotions/{promotion.uuid}").json()["data"]
    assert (version["id"], version["parent_id"], version["current"]) == (str(promotion.uuid), str(promotion.uuid), True)
    assert body["meta"]["results"] == {"total": 1}


def test_versions_are_newest_first_and_say_what_changed_and_who_did_it(api, promotion):
    put(api, promotion, name="Second", enabled=True)
    put(api, promotion, end="2026-06-01")
    data = history(api, promotion)["data"]
    assert [version["name"] for version in data] == ["Second", "Second", "First"]
    assert [version["meta"]["changed"] for version in data] == [["end"], ["enabled", "name"], []]
    assert [version.get("updated_by") for version in data] == ["The shop", "The shop", None]
    assert [version["current"] for version in data] == [True, False, False]
    assert {version["parent_id"] for version in data} == {str(promotion.uuid)}


def test_older_versions_have_ids_of_their_own_which_stay(api, promotion):
    put(api, promotion, name="Second")
    put(api, promotion, name="Third")
    ids = [version["id"] for version in history(api, promotion)["data"]]
    assert ids[0] == str(promotion.uuid)
    assert len(set(ids)) == 3
    assert all(uuid.UUID(one) for one in ids)
    put(api, promotion, name="Fourth")
    assert [version["id"] for version in history(api, promotion)["data"]][2:] == ids[1:]


def test_each_page_knows_what_changed_since_the_version_on_the_next(api, promotion):
    put(api, promotion, name="Second")
    put(api, promotion, description="Other")
    pages = [history(api, promotion, f"?page[limit]=1&page[offset]={offset}")["data"] for offset in range(4)]
    versions = [version for page in pages for version in page]
    assert [version["meta"]["changed"] for version in versions] == [["description"], ["name"], []]
    assert [version["current"] for version in versions] == [True, False, False]


def test_a_change_of_nothing_makes_no_version(api, promotion):
    before = Promotion.objects.get().updated_at
    put(api, promotion, name="First", enabled=False)
    assert len(history(api, promotion)["data"]) == 1
    assert Promotion.objects.get().updated_at == before


def test_codes_make_no_versions(api, promotion):
    runner.run(JobFactory(promotion=promotion).pk)
    body = {"type": "promotion_codes", "codes": [{"code": "A"}]}
    assert api.post(f"/v2/promotions/{promotion.uuid}/codes", body).status_code == 201
    assert len(history(api, promotion)["data"]) == 1


def test_a_page_of_versions_costs_the_same_however_many_there_are(api, promotion, django_assert_max_num_queries):
    for number in range(30):
        put(api, promotion, name=f"Name {number}")
    with django_assert_max_num_queries(7):
        assert len(history(api, promotion, "?page[limit]=20")["data"]) == 20
