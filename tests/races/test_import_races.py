"""Two who take in the same promotion at the same moment; over real connections, with many rounds.

The first test is the control: without looking again, one of the two is told of an error that is none.
"""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from promotions.management.commands.import_promotions import take
from promotions.management.elastic_path import Item, read_promotion
from promotions.models import Promotion, PromotionCode
from promotions.models.promotion_change import create
from tests.commands.test_import_promotions import code, promotion
from tests.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 10


def item(key, entry=True):
    """A promotion with two codes, or the codes alone."""
    codes = {text: code(text) for text in (f"{key[:8]}-1", f"{key[:8]}-2")}
    return Item(key, promotion(key) if entry else None, codes)


def test_control_making_the_same_promotion_twice_at_once_fails_for_one():
    key = str(uuid4())
    made = at_once(*[lambda: create(read_promotion(promotion(key))[0], "someone")] * 2)
    assert sorted(isinstance(one, IntegrityError | ValidationError) for one in made) == [False, True]


@pytest.mark.parametrize("entry", [True, False], ids=["with the promotion", "codes alone"])
def test_who_takes_in_what_another_takes_in_now_finds_it_here(entry):
    for _ in range(ROUNDS):
        key = str(uuid4())
        if not entry:
            take(Item(key, promotion(key)), lambda done: None)
        outcomes = at_once(*[lambda key=key: take(item(key, entry), lambda done: None)] * 2)
        told = sorted(
            ((one.outcome, one.codes_created, one.codes_unchanged) for one in outcomes), key=lambda one: one[2]
        )
        assert told == [("created" if entry else "unchanged", 2, 0), ("unchanged", 0, 2)], outcomes
        here = Promotion.objects.get(uuid=key)
        assert here.code_count == PromotionCode.objects.filter(promotion=here).count() == 2
        assert here.history.count() == 1
