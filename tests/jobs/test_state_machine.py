"""The life cycle as a whole: hypothesis looks for an order of events that breaks what must always hold.

Workers run for real. A worker can be killed before and after any statement that it sends to the database, and between
any two of its transactions anything else can happen: a cancel, the end of its lease, another worker. So what runs
here are the very interleavings of transactions that a job can meet. After every step the database is compared with
what a few lines of model expect; in the end every job must have come to its end.
"""

import threading
from contextlib import contextmanager

import pytest
from django.core.files.storage import default_storage
from django.db import connection, connections
from django.db.models.functions import Now
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from promotions.codes import by_hand
from promotions.errors import JobNotCancellable, Refused
from promotions.jobs import export, generate, purge, runner, undo
from promotions.jobs.create import create_job
from promotions.jobs.delete import delete_promotion
from promotions.jobs.sweep import sweep, sweep_deleted
from promotions.models import AuditEntry, AuditEvent, Job, JobType, Promotion, PromotionCode
from promotions.models.audit import AUDITED
from promotions.states import TERMINAL, TRANSITIONS, State, Status
from tests.factories import PromotionFactory

BATCH = 2
LIMIT = 30
UNFINISHED = (Status.PENDING, Status.PROCESSING, Status.CANCELLING)

pytestmark = pytest.mark.django_db(transaction=True)


class Killed(BaseException):
    """`kill -9`: nothing that catches exceptions catches this one."""


def reachable():
    """Which states a job can come to from each, in any number of steps, by the table."""
    found = {state: {state} for state in State}
    edges = [(edge.source, edge.target) for edges in TRANSITIONS.values() for edge in edges]
    for _ in State:
        for source, target in edges:
            for state in State:
                if source in found[state]:
                    found[state].add(target)
    return found


REACHABLE = reachable()

# What an entry of the audit trail may tell after another: the event, and the states before and after it.
TOLD = {
    (AUDITED[event], edge.source, edge.target)
    for event, edges in TRANSITIONS.items()
    if event in AUDITED
    for edge in edges
} | {(AuditEvent.JOB_CREATED, None, State.PENDING)}


def elsewhere(action):
    """Do it over a connection of its own, as another process would."""
    failed = []

    def act():
        try:
            action()
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=act)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


class Interruption:
    """What happens to a worker at its n-th statement: it is killed before or after it, or before its next
    transaction something else happens meanwhile."""

    def __init__(self, at, kind, meanwhile):
        self.at, self.kind, self.meanwhile = at, kind, meanwhile
        self.seen, self.transaction = 0, None

    def __call__(self, execute, sql, params, many, context):
        begins = self._begins_a_transaction()
        self.seen += 1
        if self.seen >= self.at and self.kind == "meanwhile" and begins:
            self.at = 10**9
            elsewhere(self.meanwhile)
        if self.seen == self.at and self.kind == "killed before":
            raise Killed
        result = execute(sql, params, many, context)
        if self.seen == self.at and self.kind == "killed after":
            raise Killed
        return result

    def _begins_a_transaction(self):
        """Whether the transaction that this statement belongs to holds nothing yet. SQLite is told to begin one by a
        statement, and locks the database with it."""
        current = connection.atomic_blocks[0] if connection.atomic_blocks else None
        begins = current is None or (connection.vendor != "sqlite" and current is not self.transaction)
        self.transaction = current
        return begins


OTHER_THINGS = ["cancel", "taken over for a batch", "taken over", "sweep", "delete promotion", "stop", "add code"]
MEANWHILE = st.lists(st.sampled_from(OTHER_THINGS), min_size=1, max_size=3)
# Beginning a job takes about a dozen, a batch three.
STATEMENT = st.integers(1, 36)
CHOICE = st.integers(0, 5)
CODES = st.integers(3, 18)


class JobsAndPromotions(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        for model in (AuditEntry, PromotionCode, Job, Promotion):
            model.objects.all()._raw_delete("default")
        self.promotions = [PromotionFactory(), PromotionFactory()]
        self.by_hand = {promotion.pk: 0 for promotion in self.promotions}
        self.last_state, self.cancelled = {}, set()
        self.number = 0

    # What the model needs of the database

    def job(self, choice):
        """One that has not ended; the last one when there is none."""
        jobs = list(Job.objects.active()) or list(Job.objects.all()[:1])
        return jobs[choice % len(jobs)] if jobs else None

    def job_to_work_on(self, choice, codes):
        """One that has not ended, if need be a new one."""
        if not Job.objects.active().exists():
            self.start_generating(choice, codes)
        return self.job(choice)

    def promotion(self, choice):
        return self.promotions[choice % len(self.promotions)]

    # What can happen

    @rule(choice=CHOICE, codes=CODES)
    def start_generating(self, choice, codes):
        self.try_to(lambda: create_job(self.promotion(choice), JobType.CODE_GENERATE, number_of_codes=codes))

    @rule(choice=CHOICE)
    def start_exporting(self, choice):
        self.try_to(lambda: create_job(self.promotion(choice), JobType.CODE_EXPORT))

    @rule(choice=CHOICE)
    def add_code(self, choice):
        promotion = self.promotion(choice)
        self.number += 1
        if self.try_to(lambda: by_hand.add(promotion, [PromotionCode(code=f"own-{self.number}")])):
            self.by_hand[promotion.pk] += 1

    @rule(choice=CHOICE)
    def delete_live_code(self, choice):
        promotion = self.promotion(choice)
        code = promotion.codes.live().filter(job=None).first()
        if code and self.try_to(lambda: by_hand.delete(promotion, [code.code])):
            self.by_hand[promotion.pk] -= 1

    @rule(choice=CHOICE)
    def cancel(self, choice):
        if job := self.job(choice):
            before = Job.objects.get(pk=job.pk).state
            try:
                job.cancel(by="ann")
            except JobNotCancellable:
                assert before in (State.CANCELLING, State.CANCELLED, State.FAILED, State.COMPLETED)
            else:
                assert before in (State.PENDING, State.PROCESSING, State.FAILING)
                self.cancelled.add(job.pk)

    @rule(choice=CHOICE)
    def worker_runs(self, choice):
        if job := self.job(choice):
            runner.run(job.pk)

    @rule(choice=CHOICE, codes=CODES, at=STATEMENT, kind=st.sampled_from(["killed before", "killed after"]))
    def worker_is_killed(self, choice, codes, at, kind):
        if job := self.job_to_work_on(choice, codes):
            with self.interrupted(job, at, kind):
                runner.run(job.pk)

    @rule(choice=CHOICE, codes=CODES, at=STATEMENT, events=MEANWHILE)
    def worker_runs_while_other_things_happen(self, choice, codes, at, events):
        if job := self.job_to_work_on(choice, codes):
            with self.interrupted(job, at, "meanwhile", events):
                runner.run(job.pk)

    @rule()
    def leases_end(self):
        Job.objects.active().exclude(lease_expires_at=None).update(lease_expires_at=Now())

    @rule()
    def sweeps(self):
        sweep(at_once=True)
        sweep_deleted(at_once=True)
        export.collect()

    @rule(choice=CHOICE)
    def delete_promotion(self, choice):
        promotion = self.promotion(choice)
        jobs = set(Job.objects.active().filter(promotion=promotion).values_list("pk", flat=True))
        self.try_to(lambda: delete_promotion(promotion, by="ann"))
        self.cancelled |= jobs
        self.promotions[choice % 2] = PromotionFactory()
        self.by_hand[self.promotions[choice % 2].pk] = 0

    @rule(at=STATEMENT, kind=st.sampled_from(["never", "killed before", "killed after", "meanwhile"]), events=MEANWHILE)
    def promotions_are_removed(self, at, kind, events):
        for promotion in Promotion.objects.exclude(deleted_at=None):
            with self.interrupted(promotion.jobs.first(), at, kind, events):
                purge.run(promotion.pk)

    # How it happens

    @contextmanager
    def interrupted(self, job, at, kind, events=()):
        interruption = Interruption(at, kind, lambda: self.all_of(events, job))
        try:
            with connection.execute_wrapper(interruption):
                yield
        except Killed:
            connection.close()
        finally:
            runner.stop_requested.clear()

    def all_of(self, events, job):
        for event in events:
            match event:
                case "cancel":
                    self.cancel(0)
                case "taken over for a batch" if job:
                    self.leases_end()
                    runner.stop_requested.set()
                    runner.run(job.pk)
                    runner.stop_requested.clear()
                case "taken over" if job:
                    self.leases_end()
                    runner.run(job.pk)
                case "sweep":
                    self.sweeps()
                case "delete promotion":
                    self.delete_promotion(0)
                case "stop":
                    runner.stop_requested.set()
                case "add code":
                    self.add_code(0)

    def try_to(self, action):
        try:
            action()
        except Refused:
            return False
        return True

    # What must always hold

    @invariant()
    def states_change_only_by_the_table(self):
        for job in Job.objects.all():
            before = self.last_state.setdefault(job.pk, State.PENDING)
            assert job.state in REACHABLE[before], (before, job.state)
            self.last_state[job.pk] = job.state
            if job.pk in self.cancelled:
                assert job.state in (State.CANCELLING, State.CANCELLED)

    @invariant()
    def counters_equal_rows(self):
        for job in Job.objects.all():
            rows = PromotionCode.objects.filter(job_id=job.pk).count()
            # Codes of an ended job go with its promotion, before the job's own row does.
            if job.promotion.deleted_at is None or job.status in UNFINISHED:
                assert rows == job.generated - job.deleted
            if job.status in (Status.CANCELLED, Status.FAILED):
                assert rows == 0
            if job.status == Status.COMPLETED and job.promotion.deleted_at is None:
                assert rows == job.wanted_codes

    @invariant()
    def promotions_count_what_they_have_and_have_promised(self):
        for promotion in Promotion.objects.all():
            begun = promotion.jobs.filter(status__in=[Status.PROCESSING, Status.CANCELLING])
            promised = sum(job.wanted_codes - (job.generated - job.deleted) for job in begun)
            assert promotion.code_count == promotion.codes.count() + promised
            assert promotion.code_count <= LIMIT
            if promotion.deleted_at is None and promotion.pk in self.by_hand:
                assert promotion.codes.filter(job=None).count() == self.by_hand[promotion.pk]

    @invariant()
    def no_code_of_an_unfinished_job_is_seen(self):
        live = PromotionCode.objects.live()
        assert not live.filter(job__status__in=[*UNFINISHED, Status.CANCELLED, Status.FAILED]).exists()
        for promotion in Promotion.objects.present():
            listed = by_hand.LiveCodes(promotion)
            assert {code.pk for code in listed[0:100]} == set(promotion.codes.live().values_list("pk", flat=True))
            assert listed.count() == promotion.codes.live().count()

    @invariant()
    def the_audit_trail_tells_how_each_job_came_to_where_it_stands(self):
        for job in Job.objects.all():
            before = None
            for event, details in job.audit_entries.order_by("id").values_list("event", "details"):
                assert (event, before, details["state"]) in TOLD
                before = details["state"]
            assert before == job.state

    @invariant()
    def completed_exports_have_their_file_and_others_none(self):
        for job in Job.objects.filter(job_type=JobType.CODE_EXPORT):
            assert bool(job.file) == (job.status == Status.COMPLETED)
            assert not job.file or default_storage.exists(job.file)

    def teardown(self):
        """From wherever it stands, every job comes to its end, and nothing else is left."""
        for _ in range(6):
            self.leases_end()
            for job in Job.objects.active():
                runner.run(job.pk)
        assert set(Job.objects.values_list("status", flat=True)) <= set(TERMINAL)
        for promotion in Promotion.objects.exclude(deleted_at=None):
            purge.run(promotion.pk)
        assert not Promotion.objects.exclude(deleted_at=None).exists()
        assert not PromotionCode.objects.exclude(promotion__in=Promotion.objects.all()).exists()
        self.states_change_only_by_the_table()
        self.the_audit_trail_tells_how_each_job_came_to_where_it_stands()
        self.counters_equal_rows()
        self.promotions_count_what_they_have_and_have_promised()
        self.no_code_of_an_unfinished_job_is_seen()
        self.completed_exports_have_their_file_and_others_none()


def test_no_order_of_events_breaks_what_must_always_hold(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    settings.PROMOTIONS_MAX_CODES = LIMIT
    for module in (generate, undo, purge, export):
        monkeypatch.setattr(module, "BATCH", BATCH)
    run_state_machine_as_test(JobsAndPromotions, settings=PROFILE)


PROFILE = settings(
    max_examples=50,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
