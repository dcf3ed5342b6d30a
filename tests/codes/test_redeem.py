"""Using codes up, giving uses back, and anonymizing usages."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from promotions.codes import bulk
from promotions.codes.redeem import anonymize, redeem, reverse
from promotions.errors import (
    CodeDisabled,
    CodeExhausted,
    CodeOfAnotherCustomer,
    NotFound,
    PromotionDisabled,
    PromotionExpired,
    PromotionNotStarted,
    UsageAlreadyReversed,
)
from promotions.models import PromotionCode, Usage
from promotions.states import Status
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory, UsageFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def use(code, **order):
    return redeem(code.code, **({"order_id": "order-1", "now": NOON} | order))


def limited(uses, **fields):
    return PromotionCodeFactory(uses=uses, max_uses=uses, **fields)


def uses_left(code):
    return PromotionCode.objects.get(pk=code.pk).uses


def test_a_redemption_takes_a_use_and_is_kept():
    code = limited(2)
    usage = use(code, customer_id="ada", customer_email="ada@example.com")
    assert uses_left(code) == 1
    kept = Usage.objects.get(pk=usage.pk)
    assert (kept.promotion, kept.code, kept.code_id) == (code.promotion, code.code, code.pk)
    assert (kept.order_id, kept.customer_id, kept.customer_email) == ("order-1", "ada", "ada@example.com")
    assert (kept.times_used, kept.used_on, kept.updated_at) == (1, NOON, NOON)


def test_a_code_without_a_limit_is_never_used_up():
    code = PromotionCodeFactory()
    for _ in range(3):
        use(code)
    assert uses_left(code) is None
    assert Usage.objects.count() == 3


@pytest.mark.parametrize("uses", [0, 2, None])
def test_a_disabled_code_is_refused_and_keeps_its_uses(uses):
    code = PromotionCodeFactory(uses=uses, max_uses=uses, disabled_at=NOON)
    with pytest.raises(CodeDisabled):
        use(code)
    assert uses_left(code) == uses
    assert not Usage.objects.exists()


@pytest.mark.parametrize(("unit", "taken"), [("per_cart", 1), ("per_item", 3)])
def test_a_code_per_item_loses_a_use_for_each_item_and_a_code_per_cart_one(unit, taken):
    code = limited(10, consume_unit=unit)
    assert use(code, quantity=3).times_used == taken
    assert uses_left(code) == 10 - taken


@pytest.mark.parametrize(("uses", "quantity"), [(0, 1), (2, 3)])
def test_a_code_with_too_few_uses_left_is_refused_and_loses_none(uses, quantity):
    code = limited(uses, consume_unit="per_item")
    with pytest.raises(CodeExhausted):
        use(code, quantity=quantity)
    assert uses_left(code) == uses
    assert not Usage.objects.exists()


def test_an_unknown_code_is_not_found_and_its_case_matters():
    PromotionCodeFactory(code="SUMMER")
    for text in ("summer", "SUMMER-", "nothing"):
        with pytest.raises(NotFound, match="code not found"):
            redeem(text, order_id="order-1", now=NOON)


@pytest.mark.parametrize("status", sorted(set(Status.values) - {Status.COMPLETED}))
def test_a_code_of_a_job_that_is_not_completed_is_not_found(status):
    job = JobFactory(status=status)
    with pytest.raises(NotFound, match="code not found"):
        use(PromotionCodeFactory(promotion=job.promotion, job=job))


def test_a_code_of_a_completed_job_can_be_used():
    job = JobFactory(status=Status.COMPLETED)
    assert use(PromotionCodeFactory(promotion=job.promotion, job=job)).times_used == 1


def test_the_code_of_an_automatic_promotion_is_used_like_any_other():
    code = limited(1, promotion=PromotionFactory(automatic=True))
    use(code)
    with pytest.raises(CodeExhausted):
        use(code)


@pytest.mark.parametrize(
    ("promotion", "refusal"),
    [
        ({"enabled": False}, PromotionDisabled),
        ({"start": datetime(2026, 6, 1, 12, 0, 1, tzinfo=UTC)}, PromotionNotStarted),
        ({"end": NOON}, PromotionExpired),
        ({"end": datetime(2026, 6, 1, 11, tzinfo=UTC)}, PromotionExpired),
    ],
)
def test_a_promotion_that_is_not_running_refuses_its_codes(promotion, refusal):
    code = limited(1, promotion=PromotionFactory(**promotion))
    with pytest.raises(refusal):
        use(code)
    assert uses_left(code) == 1


def test_a_promotion_runs_from_the_very_moment_of_its_start():
    assert use(PromotionCodeFactory(promotion=PromotionFactory(start=NOON)))


@pytest.mark.parametrize("customer", ["", "bob", "ADA"])
def test_a_code_of_one_customer_is_refused_to_others(customer):
    code = limited(1, user="ada")
    with pytest.raises(CodeOfAnotherCustomer):
        use(code, customer_id=customer)
    assert uses_left(code) == 1
    assert use(code, customer_id="ada")


def test_a_reversal_gives_back_what_was_taken_once():
    code = limited(5, consume_unit="per_item")
    usage = use(code, quantity=3)
    reversed_usage = reverse(usage.uuid, by="The shop", now=NOON)
    assert (reversed_usage.reversed_at, reversed_usage.reversed_by, reversed_usage.updated_by) == (
        NOON,
        "The shop",
        "The shop",
    )
    assert uses_left(code) == 5
    with pytest.raises(UsageAlreadyReversed):
        reverse(usage.uuid)
    assert uses_left(code) == 5


def test_a_reversal_leaves_a_code_without_a_limit_as_it_is():
    code = PromotionCodeFactory()
    reverse(use(code).uuid)
    assert uses_left(code) is None


def test_a_reversal_never_gives_back_more_than_the_maximum():
    code = limited(5, consume_unit="per_item")
    usage = use(code, quantity=4)
    PromotionCode.objects.filter(pk=code.pk).update(max_uses=2)
    reverse(usage.uuid)
    assert uses_left(code) == 2


def test_a_reversal_succeeds_when_the_code_is_gone_and_spares_a_new_one_of_the_same_text():
    code = limited(1)
    usage = use(code)
    code.delete()
    new = PromotionCodeFactory(promotion=code.promotion, code=code.code, uses=0, max_uses=1)
    assert reverse(usage.uuid).reversed_at
    assert uses_left(new) == 0


def test_the_usage_that_is_to_be_reversed_must_be_there():
    with pytest.raises(NotFound, match="usage not found"):
        reverse(uuid4())


def test_usages_survive_the_deletion_of_codes_and_promotion_and_do_not_slow_it(django_assert_num_queries):
    job = JobFactory(status=Status.PROCESSING)
    code = PromotionCodeFactory(promotion=job.promotion, job=job)
    usage = UsageFactory(of=code)
    # PostgreSQL is told twice how to plan.
    with django_assert_num_queries(4 if connection.vendor == "postgresql" else 2):
        assert bulk.delete_next(PromotionCode.objects.filter(promotion=job.promotion, job=job), 0, 10)[0] == 1
    job.delete()
    usage.promotion.delete()
    assert Usage.objects.get().code == code.code


def test_anonymizing_takes_the_address_of_the_known_usages_in_the_order_asked_for():
    first, second, spared = UsageFactory.create_batch(3)
    usages = anonymize([second.uuid, uuid4(), first.uuid, second.uuid], by="The shop", now=NOON)
    assert [usage.pk for usage in usages] == [second.pk, first.pk]
    assert {(u.customer_email, u.anonymized, u.updated_by, u.updated_at) for u in usages} == {
        ("**", True, "The shop", NOON)
    }
    assert usages[0].customer_id == second.customer_id
    spared.refresh_from_db()
    assert "@" in spared.customer_email


@pytest.mark.parametrize(
    "fields",
    [{"times_used": 0}, {"code": ""}, {"anonymized": True}, {"reversed_by": "someone"}],
)
def test_the_database_refuses_a_usage_that_cannot_be(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        UsageFactory(**fields)
