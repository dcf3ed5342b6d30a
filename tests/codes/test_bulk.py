"""Inserting and deleting by the thousand: what is taken is left out, and nothing is altered on the way."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from promotions.codes import bulk, text
from promotions.models import PromotionCode
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory

pytestmark = pytest.mark.django_db

HOSTILE = ["back\\slash", r"\N", r"\.", "ünï", "quo'te\"", "percent %s", "a,b;c", "\\t", " spaced "]


def template(**values):
    return PromotionCode(promotion_id=PromotionFactory().pk, created_at=timezone.now(), **values)


@pytest.mark.parametrize("crowded", [True, False])
@pytest.mark.parametrize("values", [{"uses": None, "max_uses": None}, {"uses": 3, "max_uses": 3, "job_id": 7}])
def test_codes_are_stored_as_they_are_given(crowded, values):
    like = template(user="tab\tand\nline\\", created_by=r"\N", consume_unit="per_item", **values)
    assert bulk.insert(like, HOSTILE, crowded=crowded) == len(HOSTILE)
    fields = [field.attname for field in PromotionCode._meta.fields if field.name not in ("id", "code")]
    expected = {name: getattr(like, name) for name in fields}
    assert list(PromotionCode.objects.order_by("id").values("code", *fields)) == [
        {"code": code, **expected} for code in HOSTILE
    ]


@pytest.mark.parametrize("crowded", [True, False])
def test_a_text_that_is_taken_is_left_out_and_the_others_are_added(crowded):
    PromotionCodeFactory(code="b")
    assert bulk.insert(template(), ["a", "b", "c", "c"], crowded=crowded) == 2
    assert sorted(PromotionCode.objects.values_list("code", flat=True)) == ["a", "b", "c"]


@pytest.mark.parametrize("crowded", [True, False])
def test_a_code_that_the_database_does_not_allow_is_refused_and_none_is_added(crowded):
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(template(consume_unit="per_moon"), ["a", "b"], crowded=crowded)
    assert not PromotionCode.objects.exists()


def test_codes_are_deleted_in_the_order_of_their_ids_and_no_others():
    job = JobFactory(status="processing")
    PromotionCodeFactory(promotion=job.promotion)
    mine = [PromotionCodeFactory(promotion=job.promotion, job=job).pk for _ in range(5)]
    PromotionCodeFactory(promotion=job.promotion)
    codes = PromotionCode.objects.filter(promotion_id=job.promotion_id, job_id=job.pk)
    assert bulk.delete_next(codes, 0, 3) == (3, mine[2])
    assert bulk.delete_next(codes, mine[2], 3) == (2, mine[4])
    assert bulk.delete_next(codes, mine[4], 3) == (0, mine[4])
    assert PromotionCode.objects.count() == 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL would sort")
def test_postgresql_finds_the_first_codes_of_a_promotion_it_has_no_statistics_of_without_sorting_all():
    like = template()
    bulk.insert(like, text.draw(20_000, 8))
    first = PromotionCode.objects.filter(promotion_id=like.promotion_id).order_by("promotion_id", "id")[:10_000]
    assert "Sort" in first.explain(), "nothing would need to be done"
    with bulk.in_order_of_index():
        assert "Sort" not in first.explain()
