"""Shoppers, retries and cancelled orders at the same moment, over real connections; each with many rounds.

The first test is the control: without the guard a code is seen to be used too often.
"""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from promotions.codes import by_hand
from promotions.codes.redeem import redeem, reverse
from promotions.errors import CodeExhausted, NotFound, UsageAlreadyReversed
from promotions.models import IdempotencyKey, PromotionCode, Usage
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


def test_who_is_refused_because_a_code_is_disabled_takes_no_use_and_the_others_are_counted():
    for _ in range(ROUNDS):
        code = running_code(SHOPPERS)
        results = at_once(lambda code=code: by_hand.disable(code), *[use(code)] * SHOPPERS)
        used = kinds(results).count("Usage")
        assert sorted(set(kinds(results)) - {"Usage", "CodeDisabled"}) == ["bool"]
        assert uses_left(code) == SHOPPERS - used
        assert kinds([use_refused(code)]) == ["CodeDisabled"]


def use_refused(code):
    [result] = at_once(use(code))
    return result


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


@pytest.fixture
def post(get_token):
    """Sends a request with a key, from any thread."""
    token = get_token()

    def send(url, key, body):
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        return APIClient().post(url, body, format="json", headers=headers)

    return send


def redemption(post, code, key, order_id="order"):
    body = {"code": code.code, "order_id": order_id}
    return lambda: post("/v2/promotions/codes/redeem", key, body)


@pytest.mark.parametrize("uses", [1, 5])
def test_the_same_key_at_once_redeems_once_and_all_get_the_same_answer(post, uses):
    for n in range(ROUNDS):
        code = running_code(uses)
        answers = at_once(*[redemption(post, code, f"key-{n}")] * 4)
        assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
        assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 3
        assert uses_left(code) == uses - 1
        assert Usage.objects.filter(code=code.code).count() == 1


def test_the_same_key_for_two_orders_at_once_redeems_one_of_them(post):
    for n in range(ROUNDS):
        codes = running_code(5), running_code(5)
        answers = at_once(*[redemption(post, code, f"key-{n}") for code in codes])
        assert sorted(answer.status_code for answer in answers) == [201, 422]
        assert sorted(uses_left(code) for code in codes) == [4, 5]
        assert IdempotencyKey.objects.filter(key=f"key-{n}").count() == 1


def test_the_same_key_at_once_reverses_once(post):
    for n in range(ROUNDS):
        code = running_code(2)
        usage = use(code)()
        url = f"/v2/promotions/usages/{usage.uuid}/reverse"
        answers = at_once(*[lambda url=url, n=n: post(url, f"back-{n}", {})] * 3)
        assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
        assert uses_left(code) == 2
