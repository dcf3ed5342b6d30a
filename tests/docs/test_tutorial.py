"""The tutorial, as someone does it who follows it to the letter: in a shell, with a server and a worker."""

import time

import pytest

from promotions.models import Job, PromotionCode
from promotions.states import Status
from tests.docs.pages import is_as_shown, steps

pytestmark = [pytest.mark.once, pytest.mark.django_db(transaction=True)]

TEN_MINUTES = 600
HOST = "http://127.0.0.1:8000"


def test_the_tutorial_works_to_the_letter(shell, live_server, start_worker):
    start_worker()
    terminal = shell()
    began = time.monotonic()
    for step in steps("tutorial.md", "sh"):
        step.code = step.code.replace(HOST, live_server.url)
        terminal.run(step)
    assert time.monotonic() - began < TEN_MINUTES
    assert list(Job.objects.order_by("id").values_list("name", "status")) == [
        ("Newsletter", Status.COMPLETED),
        ("Too many", Status.CANCELLED),
        ("", Status.COMPLETED),
    ]
    assert PromotionCode.objects.count() == 1000


@pytest.mark.parametrize(
    ("shown", "printed", "is_right"),
    [
        ("one\ntwo", "one\ntwo\n", True),
        ("news-…,1", "news-aa2b-3c4d,1", True),
        ("one", "one\ntwo", False),
        ("1000", "1001", False),
        ("{…}", "{}", True),
    ],
)
def test_what_is_printed_is_compared_except_for_what_is_different_each_time(shown, printed, is_right):
    assert is_as_shown(shown, printed) is is_right


def test_a_block_that_fails_or_prints_something_else_fails_the_page(shell):
    terminal = shell()
    [step] = steps("tutorial.md", "sh")[:1]
    step.code, step.shown = "echo one; false", "one"
    with pytest.raises(AssertionError, match="failed and printed:\none"):
        terminal.run(step)
    step.code = "echo two"
    with pytest.raises(AssertionError, match="printed:\ntwo\n\ninstead of:\none"):
        terminal.run(step)
