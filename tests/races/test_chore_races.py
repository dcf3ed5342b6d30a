"""Workers whose next look at the chores comes at the same moment; over real connections, with many rounds.

The first test is the control: without the guard a chore is seen to be done more than once.
"""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from promotions.models import ChoreTurn
from promotions.ops import chores
from tests.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 20
WORKERS = 5


@pytest.fixture
def one_chore(monkeypatch):
    """One chore, due now, that notes when it is done."""
    done = []
    chore = chores.Chore("one", timedelta(hours=1), lambda: done.append(threading.get_ident()) or 0)
    monkeypatch.setattr(chores, "CHORES", [chore])
    return done


def make_due():
    ChoreTurn.objects.update(next_at=timezone.now() - timedelta(hours=1))


def test_control_reading_and_then_writing_the_turn_does_a_chore_more_than_once(one_chore, monkeypatch):
    barrier = threading.Barrier(2)

    def unguarded(chore, at_once):
        turn = ChoreTurn.objects.get(name=chore.name)
        is_due = turn.next_at <= timezone.now()
        barrier.wait(timeout=5)
        ChoreTurn.objects.filter(name=chore.name).update(next_at=timezone.now() + chore.every)
        return is_due

    chores.run_due()
    make_due()
    one_chore.clear()
    monkeypatch.setattr(chores, "_take_turn", unguarded)
    at_once(*[chores.run_due] * 2)
    assert len(one_chore) == 2


def test_of_many_workers_one_does_a_chore(one_chore):
    for _ in range(ROUNDS):
        make_due()
        one_chore.clear()
        results = at_once(*[chores.run_due] * WORKERS)
        assert len(one_chore) == 1
        assert sorted(map(len, results)) == [0] * (WORKERS - 1) + [1]
