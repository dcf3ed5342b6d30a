"""`manage.py run_chores`: what it does, and what it says."""

from datetime import timedelta

import pytest
from django.utils import timezone

from promotions.models import IdempotencyKey, WebhookDelivery
from promotions.ops import chores
from tests.factories import PromotionFactory, WebhookFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]


def test_the_command_does_what_is_due_and_says_so(run):
    long_ago = timezone.now() - timedelta(hours=30)
    IdempotencyKey.objects.create(client="a", key="k", status=201, body="{}", created_at=long_ago)
    ran = run("run_chores")
    assert (ran.status, [line.split(maxsplit=1) for line in ran.lines[:3]]) == (
        0,
        [["notices", "0 told"], ["exports", "0 removed"], ["idempotency_keys", "1 removed"]],
    )
    assert run("run_chores").out == "No chore's turn had come.\n"
    assert len(run("run_chores", "--all").lines) == len(chores.CHORES)


def test_for_programs_it_says_by_name_what_each_chore_has_done(run):
    WebhookFactory()
    PromotionFactory(start=timezone.now() - timedelta(minutes=1))
    ran = run("run_chores", "--json")
    notices, exports, *_ = ran.json["chores"]
    assert notices == {"name": "notices", "told": 1, "error": ""}
    assert exports == {"name": "exports", "removed": 0, "error": ""}
    assert WebhookDelivery.objects.get().event == "promotion.started"


def test_the_command_ends_with_1_when_a_chore_has_failed(run, monkeypatch):
    def broken():
        raise OSError

    monkeypatch.setattr(chores, "CHORES", [chores.Chore("exports", timedelta(days=1), broken)])
    ran = run("run_chores", "--json")
    assert (ran.status, ran.json) == (1, {"chores": [{"name": "exports", "removed": 0, "error": "OSError"}]})
