"""Switching codes off and on."""

import pytest

from promotions.codes.by_hand import disable, enable
from promotions.errors import CodeInPreparation, NotFound, OwnCodeStays
from promotions.models import PromotionCode
from promotions.states import Status
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory

pytestmark = pytest.mark.django_db


def stored(code):
    return PromotionCode.objects.values().get(pk=code.pk)


def test_disabling_and_enabling_changes_nothing_else():
    code = PromotionCodeFactory(max_uses=5, uses=2)
    before = stored(code)
    assert disable(code)
    assert stored(code) == before | {"disabled_at": stored(code)["disabled_at"]}
    assert stored(code)["disabled_at"] is not None
    assert enable(code)
    assert stored(code) == before


def test_the_second_time_it_changes_nothing():
    code = PromotionCodeFactory()
    assert not enable(code)
    assert disable(code)
    since = stored(code)["disabled_at"]
    assert not disable(code)
    assert stored(code)["disabled_at"] == since


@pytest.mark.parametrize("switch", [disable, enable])
@pytest.mark.parametrize("status", [Status.PROCESSING, Status.CANCELLING])
def test_a_code_in_preparation_is_left_alone(switch, status):
    code = PromotionCodeFactory(job=JobFactory(status=status))
    with pytest.raises(CodeInPreparation):
        switch(code)
    assert stored(code)["disabled_at"] is None


def test_the_code_of_a_completed_job_is_disabled_like_any_other():
    code = PromotionCodeFactory(job=JobFactory(status=Status.COMPLETED))
    assert disable(code)


@pytest.mark.parametrize("switch", [disable, enable])
def test_a_code_that_is_gone_is_not_found(switch):
    code = PromotionCodeFactory()
    PromotionCode.objects.all().delete()
    with pytest.raises(NotFound):
        switch(code)


def test_the_own_code_of_an_automatic_promotion_cannot_be_disabled():
    code = PromotionCodeFactory(promotion=PromotionFactory(automatic=True))
    with pytest.raises(OwnCodeStays, match="Cannot disable the code of an automatic promotion"):
        disable(code)
    assert stored(code)["disabled_at"] is None
