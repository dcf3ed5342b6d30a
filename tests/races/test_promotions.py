"""Changes of one promotion at the same moment: each is checked against what the other has made of it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from promotions.api.views.lookup import find_promotion
from promotions.errors import PromotionTooLong
from promotions.jobs.create import create_job
from promotions.models import JobType, Promotion
from promotions.models.promotion_change import change
from tests.factories import PromotionFactory
from tests.races.test_races import at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 20
START = datetime(2026, 6, 1, tzinfo=UTC)


def day(number):
    return START + timedelta(days=number)


def changing(promotion, **fields):
    def act():
        with transaction.atomic():
            return change(find_promotion(str(promotion.uuid), lock=True), fields, by="race")

    return act


@pytest.fixture
def promotion():
    return PromotionFactory(start=day(0), end=day(10))


def test_changes_of_different_fields_are_both_kept(promotion):
    for number in range(ROUNDS):
        results = at_once(changing(promotion, name=f"{number}"), changing(promotion, description=f"{number}"))
        assert kinds(results) == ["Promotion", "Promotion"]
        promotion.refresh_from_db()
        assert (promotion.name, promotion.description) == (f"{number}", f"{number}")


def test_of_two_changes_that_cannot_both_be_the_second_is_refused(promotion):
    for _ in range(ROUNDS):
        Promotion.objects.update(start=day(0), end=day(10))
        results = at_once(changing(promotion, start=day(8)), changing(promotion, end=day(5)))
        assert kinds(results) == ["Promotion", "ValidationError"]


def test_a_promotion_gets_either_many_codes_or_more_than_a_year(promotion):
    def start_job():
        return create_job(promotion, JobType.CODE_GENERATE, number_of_codes=1001)

    for _ in range(ROUNDS):
        Promotion.objects.update(end=day(10))
        results = at_once(start_job, changing(promotion, start=day(-400)))
        assert [isinstance(result, PromotionTooLong) for result in results].count(True) == 1, results
        promotion.jobs.all().delete()
        Promotion.objects.update(start=day(0))
