"""Workers that send at the same moment, and jobs that end while they are cancelled; over real connections.

The first test is the control: without the guard a delivery is seen to be sent more than once.
"""

import json

import pytest

from promotions.errors import JobNotCancellable, LeaseLost
from promotions.jobs import lifecycle
from promotions.models import Job, WebhookDelivery
from promotions.webhooks import send
from promotions.webhooks.send import send_due
from tests.factories import JobFactory, WebhookFactory
from tests.races.together import at_once
from tests.webhooks.receiver import receiving

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 10
WORKERS = 4


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    with receiving() as one:
        WebhookFactory(url=one.url)
        yield one


def test_control_without_claiming_a_delivery_is_sent_more_than_once(receiver, monkeypatch):
    monkeypatch.setattr(send, "_take", lambda delivery: True)
    receiver.delay = 0.3
    JobFactory().cancel()
    at_once(*[send_due] * 2)
    assert len(receiver.received) >= 2


def test_of_many_workers_one_sends_each_delivery(receiver):
    for _ in range(ROUNDS):
        receiver.received.clear()
        for _ in range(3):
            JobFactory().cancel()
        attempts = at_once(*[send_due] * WORKERS)
        assert sum(attempts) == 3
        assert len({received.json["id"] for received in receiver.received}) == len(receiver.received) == 3
    assert set(WebhookDelivery.objects.values_list("status", flat=True)) == {"delivered"}


def test_a_job_that_ends_while_it_is_cancelled_tells_what_it_became_and_only_that():
    WebhookFactory()
    for _ in range(ROUNDS):
        job = lifecycle.claim(JobFactory(number_of_codes=1, generated=1).pk)
        copy = Job.objects.get(pk=job.pk)
        results = at_once(lambda job=job: lifecycle.complete(job), copy.cancel)
        assert sum(isinstance(result, LeaseLost | JobNotCancellable) for result in results) == 1
        told = [json.loads(delivery.body)["data"] for delivery in WebhookDelivery.objects.order_by("pk")]
        status = Job.objects.get(pk=job.pk).status
        assert [data["status"] for data in told if data["id"] == str(job.uuid)] == ["processing", status]
