"""The life cycle by examples: every event in every state, and what a worker's writes hold to."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from promotions.errors import CODES_LIMIT_EXCEEDED, JobNotCancellable, LeaseLost
from promotions.jobs import lifecycle
from promotions.models import Job, Promotion, PromotionCode
from promotions.states import ACTIVE, TERMINAL, TRANSITIONS, Event, State, Status
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory

pytestmark = pytest.mark.django_db

# What an event writes beside the status, as far as the database insists on it.
NEEDED = {
    Event.CANCEL: {"cancel_requested_at": Now()},
    Event.REFUSE: {"error": "no room"},
    Event.GIVE_UP: {"error": "no progress"},
    Event.FAIL: {"error": "broken"},
    Event.COMPLETE: {"generated": 100, "deleted": 0},
}


def job_in(state, **values):
    values = {"error": "broken"} | values if state is State.FAILING else values
    return JobFactory(status=state.status, **values)


def taken(**values):
    """A job that a worker has just begun."""
    return lifecycle.claim(JobFactory(**values).pk)


def expire_lease(job):
    Job.objects.filter(pk=job.pk).update(lease_expires_at=Now() - timedelta(seconds=1))


@pytest.mark.parametrize(("event", "state"), list(product(Event, State)), ids=str)
def test_an_event_leads_where_the_table_says_and_nowhere_else(event, state):
    job = job_in(state)
    before = Job.objects.values().get()
    targets = {edge.source: edge.target for edge in TRANSITIONS[event]}
    happened = Job.objects.transition(event, Job(pk=job.pk), **NEEDED.get(event, {}))
    job.refresh_from_db()
    if state in targets:
        assert happened
        assert job.state == targets[state]
        assert job.updated_at > before["updated_at"]
        assert bool(job.finished_at) == (job.status in TERMINAL)
    else:
        assert not happened
        assert Job.objects.values().get() == before


def test_no_edge_leaves_a_terminal_state_and_each_state_can_reach_one():
    edges = {(edge.source, edge.target) for edges in TRANSITIONS.values() for edge in edges}
    ends = {State(status.value) for status in TERMINAL}
    assert not [source for source, _ in edges if source in ends]
    reaching = set(ends)
    while grown := {source for source, target in edges if target in reaching} - reaching:
        reaching |= grown
    assert reaching == set(State)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (State.PENDING, Status.CANCELLED),
        (State.PROCESSING, Status.CANCELLING),
        (State.FAILING, Status.CANCELLING),
    ],
)
def test_cancelling_keeps_who_when_and_why(state, status):
    job = job_in(state)
    job.cancel(by="someone", reason="a mistake")
    assert job.status == status
    assert (job.cancelled_by, job.cancel_reason) == ("someone", "a mistake")
    assert job.cancel_requested_at


@pytest.mark.parametrize("state", [State.CANCELLING, State.CANCELLED, State.FAILED, State.COMPLETED])
def test_cancelling_is_refused_in_every_other_state(state):
    job = job_in(state)
    with pytest.raises(JobNotCancellable, match=r"^Only pending or processing jobs can be cancelled$"):
        job.cancel(by="someone")
    assert job.cancelled_by == ""


def test_cancelling_goes_by_the_row_and_not_by_an_old_copy_of_it():
    job = JobFactory(generated=100)
    Job.objects.update(status=Status.COMPLETED, finished_at=timezone.now())
    with pytest.raises(JobNotCancellable):
        job.cancel()
    assert job.status == Status.COMPLETED


def test_the_first_claim_reserves_the_codes_and_gives_a_lease():
    job = taken(number_of_codes=70)
    assert (job.status, job.attempts, job.lease_token) == (Status.PROCESSING, 1, 1)
    left = job.lease_expires_at - timezone.now()
    assert timedelta(seconds=10) < left < timedelta(seconds=16)
    assert job.promotion.code_count == 70


def test_a_job_without_room_for_its_codes_fails_at_its_first_claim(settings):
    settings.PROMOTIONS_MAX_CODES = 100
    job = JobFactory(promotion=PromotionFactory(code_count=31), number_of_codes=70)
    assert lifecycle.claim(job.pk) is None
    job.refresh_from_db()
    assert (job.status, job.error) == (Status.FAILED, CODES_LIMIT_EXCEEDED)
    assert Promotion.objects.get().code_count == 31


def test_a_job_that_just_fits_is_claimed(settings):
    settings.PROMOTIONS_MAX_CODES = 100
    assert lifecycle.claim(JobFactory(promotion=PromotionFactory(code_count=30), number_of_codes=70).pk)


def test_a_job_whose_lease_runs_is_not_to_be_had():
    job = taken()
    assert lifecycle.claim(job.pk) is None


def test_a_job_whose_lease_ran_out_is_taken_over_without_reserving_again():
    job = taken(number_of_codes=70)
    later = timezone.now() + timedelta(seconds=16)
    again = lifecycle.claim(job.pk, now=later)
    assert (again.lease_token, again.attempts, again.status) == (2, 2, Status.PROCESSING)
    assert again.promotion.code_count == 70


@pytest.mark.parametrize("status", TERMINAL)
def test_a_job_that_has_ended_is_not_to_be_had(status):
    job = JobFactory(status=status)
    assert lifecycle.claim(job.pk) is None
    assert lifecycle.claim(job.pk + 1) is None


def test_a_cancelled_pending_job_is_not_begun_by_its_delivery():
    job = JobFactory()
    job.cancel()
    assert lifecycle.claim(job.pk) is None
    assert Promotion.objects.get().code_count == 0


def test_a_batch_commits_progress_renews_the_lease_and_forgets_the_attempts():
    job = taken()
    Job.objects.update(attempts=4, lease_expires_at=Now() - timedelta(seconds=1))
    with lifecycle.batch(job) as done:
        done["generated"] = 30
    fresh = Job.objects.get()
    assert (fresh.generated, fresh.attempts, job.generated) == (30, 0, 30)
    assert fresh.lease_expires_at > timezone.now()


@pytest.mark.parametrize(
    "lose",
    [
        lambda job: Job.objects.get(pk=job.pk).cancel(),
        lambda job: lifecycle.fail(Job.objects.get(pk=job.pk), "broken"),
        lambda job: (expire_lease(job), lifecycle.claim(job.pk)),
    ],
    ids=["cancelled", "failed", "taken over"],
)
def test_a_batch_of_a_worker_that_lost_its_job_is_rolled_back_with_its_codes(lose):
    job = taken()

    def write():
        with lifecycle.batch(job) as done:
            PromotionCodeFactory(promotion=job.promotion, job=job)
            done["generated"] = 1

    lose(job)
    with pytest.raises(LeaseLost):
        write()
    assert not PromotionCode.objects.exists()
    assert Job.objects.get().generated == 0
    assert job.generated == 0


@pytest.mark.parametrize(
    "write",
    [
        lifecycle.complete,
        lambda job: lifecycle.fail(job, "x"),
        lifecycle.end_undo,
        lifecycle.hand_back,
        lifecycle.pause,
    ],
)
def test_no_other_write_of_a_worker_that_lost_its_job_changes_anything(write):
    job = taken()
    expire_lease(job)
    lifecycle.claim(job.pk)
    before = Job.objects.values().get()
    with pytest.raises(LeaseLost):
        write(job)
    assert Job.objects.values().get() == before
    assert Promotion.objects.get().code_count == job.number_of_codes


def test_a_worker_whose_lease_ran_out_goes_on_as_long_as_nobody_took_over():
    job = taken()
    expire_lease(job)
    with lifecycle.batch(job) as done:
        done["generated"] = 1
    assert Job.objects.get().generated == 1


def test_handing_back_frees_the_job_and_does_not_count_as_an_attempt():
    job = taken()
    lifecycle.hand_back(job)
    fresh = Job.objects.get()
    assert (fresh.lease_expires_at, fresh.attempts, fresh.status) == (None, 0, Status.PROCESSING)
    assert lifecycle.claim(job.pk).lease_token == 2


def test_the_pause_after_a_fault_grows_and_keeps_others_off():
    job = taken()
    now = timezone.now()
    lengths = []
    for attempts in (1, 2, 3, 4, 30, 100_000):
        job.attempts = attempts
        lifecycle.pause(job, now=now)
        lengths.append((Job.objects.get().lease_expires_at - now).total_seconds())
    assert lengths == [1, 2, 4, 8, 300, 300]
    assert lifecycle.claim(job.pk) is None


def test_after_five_claims_without_progress_a_job_fails():
    job = JobFactory()
    now = timezone.now()
    for attempt in range(1, 6):
        now += timedelta(seconds=20)
        assert lifecycle.claim(job.pk, now=now).state == State.PROCESSING, attempt
    last = lifecycle.claim(job.pk, now=now + timedelta(seconds=20))
    assert last.state == State.FAILING
    assert last.error == "given up after 5 attempts without progress"
    lifecycle.end_undo(last)
    assert Job.objects.get().status == Status.FAILED


@pytest.mark.parametrize("state", [State.CANCELLING, State.FAILING])
def test_undoing_never_gives_up(state):
    job = job_in(state)
    now = timezone.now()
    for _ in range(50):
        now += timedelta(seconds=20)
        claimed = lifecycle.claim(job.pk, now=now)
        assert claimed.state == state
    assert claimed.attempts == 50


@pytest.mark.parametrize(("state", "status"), [(State.CANCELLING, Status.CANCELLED), (State.FAILING, Status.FAILED)])
def test_the_end_of_undoing_gives_the_reservation_back(state, status):
    job = lifecycle.claim(job_in(state, number_of_codes=70).pk)
    assert Promotion.objects.get().code_count == 70
    lifecycle.end_undo(job)
    assert Job.objects.get().status == status
    assert Promotion.objects.get().code_count == 0


def test_undoing_cannot_end_while_codes_are_left():
    job = lifecycle.claim(job_in(State.CANCELLING, generated=3).pk)
    with pytest.raises(IntegrityError, match="job_undone_leaves_nothing"):
        lifecycle.end_undo(job)


def test_a_job_cannot_complete_before_its_last_code():
    job = taken()
    with pytest.raises(IntegrityError, match="job_completed_is_whole"):
        lifecycle.complete(job)


def test_a_cancel_while_failing_wins():
    job = taken()
    lifecycle.fail(job, "broken")
    Job.objects.get().cancel()
    lifecycle.end_undo(job)
    assert Job.objects.get().status == Status.CANCELLED


@pytest.mark.parametrize(("first", "second"), list(product(ACTIVE, ACTIVE)))
def test_the_database_refuses_a_second_active_job_of_a_promotion(first, second):
    job = JobFactory(status=first)
    with pytest.raises(IntegrityError), transaction.atomic():
        JobFactory(status=second, promotion=job.promotion)


@pytest.mark.parametrize(
    "nonsense",
    [
        {"status": "lost"},
        {"job_type": "code_burn"},
        {"generated": 101},
        {"generated": 1, "deleted": 2},
        {"number_of_codes": 0},
        {"code_length": 7},
        {"status": Status.FAILED, "error": ""},
        {"status": Status.COMPLETED, "generated": 99},
        {"status": Status.CANCELLED, "generated": 1},
        {"status": Status.CANCELLING, "cancel_requested_at": None},
        {"status": Status.CANCELLED, "finished_at": None},
    ],
    ids=str,
)
def test_the_database_refuses_a_job_that_must_never_be(nonsense):
    with pytest.raises(IntegrityError), transaction.atomic():
        JobFactory(**nonsense)


def test_the_database_refuses_a_code_twice():
    code = PromotionCodeFactory(code="AbC")
    PromotionCodeFactory(code="abc")
    with pytest.raises(IntegrityError), transaction.atomic():
        PromotionCodeFactory(code=code.code)
