"""Workers that tell of a promotion's start at the same moment, and staff who edit it meanwhile; over real connections.

The first test is the control: without the condition in the UPDATE it is told more than once.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from promotions.models import Promotion, WebhookDelivery
from promotions.webhooks import notices
from tests.factories import PromotionFactory, WebhookFactory
from tests.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 10
WORKERS = 4


@pytest.fixture
def promotion():
    WebhookFactory()
    return PromotionFactory(start=timezone.now() - timedelta(days=1), end=timezone.now() + timedelta(days=1))


def test_control_telling_whatever_was_found_tells_it_more_than_once(promotion, monkeypatch):
    found = [promotion.pk]
    monkeypatch.setattr(notices, "_keys", lambda rows: found)
    monkeypatch.setattr(notices, "starting", Promotion.objects.all)
    monkeypatch.setattr(notices, "ending", Promotion.objects.none)
    at_once(*[notices.tell_some] * 2)
    assert WebhookDelivery.objects.count() == 2


def test_of_many_workers_one_tells(promotion):
    for _ in range(ROUNDS):
        Promotion.objects.update(told_running_at=None)
        assert sum(at_once(*[notices.tell_some] * WORKERS)) == 1
    assert WebhookDelivery.objects.count() == ROUNDS
