"""Shoppers, retries and cancelled orders at the same moment, over real connections; each with many rounds.

The first test is the control: without the guard a code is seen to be used too often.
"""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from promotions.codes.redeem import redeem, reverse
from promotions.errors import CodeExhausted, NotFound, UsageAlreadyReversed
from promotions.models import PromotionCode, Usage
from tests.factories import PromotionCodeFactory, PromotionFactory, UsageFactory
from tests.races.together import at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 15
SHOPPERS = 8


def running_code(uses, **fields):
    promotion = PromotionFactory(start=timezone.now() - timedelta(days=1))
    return PromotionCodeFactory(promotion=promotion, uses=uses, max_uses=uses, **fields)


def use(code, quantity=1):
    return lambda: redeem(code.code, order_id="order", quantity=quantity)


def uses_left(code):
    return PromotionCode.objects.get(pk=code.pk).uses


def test_control_reading_checking_and_saving_uses_a_code_too_often():
    def unguarded(code, barrier):
        copy = PromotionCode.objects.get(pk=code.pk)
        if not copy.uses:
            raise CodeExhausted
        barrier.wait(timeout=5)
        copy.uses -= 1
        copy.save()
        return UsageFactory(of=copy)

    code, barrier = running_code(1), threading.Barrier(2)
    assert kinds(at_once(*[lambda: unguarded(code, barrier)] * 2)) == ["Usage", "Usage"]


@pytest.mark.parametrize("uses", [0, 1, 3, SHOPPERS])
def test_a_code_is_used_exactly_as_often_as_it_allows(uses):
    for _ in range(ROUNDS):
        code = running_code(uses)
        results = at_once(*[use(code)] * SHOPPERS)
        assert kinds(results) == ["CodeExhausted"] * (SHOPPERS - uses) + ["Usage"] * uses
        assert uses_left(code) == 0
        assert Usage.objects.filter(code=code.code).count() == uses


def test_orders_of_several_items_never_take_more_than_there_is():
    for _ in range(ROUNDS):
        code = running_code(7, consume_unit="per_item")
        results = at_once(*[use(code, quantity) for quantity in (2, 3, 4, 5)])
        taken = sum(result.times_used for result in results if isinstance(result, Usage))
        assert uses_left(code) == 7 - taken >= 0
        assert all(isinstance(result, Usage | CodeExhausted) for result in results)


def test_of_several_reversals_at_once_exactly_one_gives_back():
    for _ in range(ROUNDS):
        code = running_code(2)
        usage = use(code)()
        results = at_once(*[lambda usage=usage: reverse(usage.uuid)] * 4)
        assert kinds(results) == ["Usage"] + ["UsageAlreadyReversed"] * 3
        assert uses_left(code) == 2
        assert UsageAlreadyReversed().faults[0].status == 422


def test_redeeming_against_a_reversal_neither_loses_nor_makes_a_use():
    for _ in range(ROUNDS):
        code = running_code(1)
        usage = use(code)()
        reversal, *shoppers = at_once(lambda usage=usage: reverse(usage.uuid), *[use(code)] * 3)
        assert isinstance(reversal, Usage)
        redeemed = sum(isinstance(result, Usage) for result in shoppers)
        assert (redeemed, uses_left(code)) in [(0, 1), (1, 0)]


def test_redeeming_against_the_deletion_of_the_code_has_a_clear_answer():
    for _ in range(ROUNDS):
        code = running_code(5)
        deleted, *shoppers = at_once(PromotionCode.objects.filter(pk=code.pk).delete, *[use(code)] * 3)
        assert deleted[0] == 1
        assert all(isinstance(result, Usage | NotFound) for result in shoppers)
