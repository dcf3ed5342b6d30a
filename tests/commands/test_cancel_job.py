"""`manage.py cancel_job`: what it cancels, what it says, and how it ends."""

import uuid

import pytest

from promotions.jobs import lifecycle, runner
from promotions.jobs.create import create_job
from promotions.models import Job, JobType
from promotions.states import Status
from tests.factories import JobFactory, PromotionFactory

pytestmark = pytest.mark.django_db

REFUSED = "Only pending or processing jobs can be cancelled"


def status(job):
    return Job.objects.get(pk=job.pk).status


def test_a_pending_job_is_cancelled_at_once(run):
    job = JobFactory()
    ran = run("cancel_job", job.uuid)
    assert (ran.status, ran.out, ran.err) == (0, f"{job.uuid}  cancelled\n", "")
    assert status(job) == Status.CANCELLED


def test_a_processing_job_becomes_cancelling(run):
    job = JobFactory(status=Status.PROCESSING)
    ran = run("cancel_job", job.uuid)
    assert (ran.status, ran.out) == (0, f"{job.uuid}  cancelling\n")
    assert status(job) == Status.CANCELLING


def test_who_cancelled_and_why_is_kept(run, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "ada")
    job = JobFactory()
    run("cancel_job", job.uuid, "--reason", "wrong prefix")
    job.refresh_from_db()
    assert (job.cancelled_by, job.cancel_reason) == ("command line (ada)", "wrong prefix")


def test_a_user_without_a_name_is_known_by_number(run, monkeypatch):
    def nameless():
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", nameless)
    monkeypatch.setattr("os.getuid", lambda: 4711)
    job = JobFactory()
    run("cancel_job", job.uuid)
    job.refresh_from_db()
    assert job.cancelled_by == "command line (user 4711)"


@pytest.mark.parametrize("ended", [Status.CANCELLING, Status.CANCELLED, Status.FAILED, Status.COMPLETED])
def test_a_job_in_any_other_status_is_refused_with_the_reason_and_its_status(run, ended):
    job = JobFactory(status=ended)
    ran = run("cancel_job", job.uuid)
    assert (ran.status, ran.out) == (1, f"{job.uuid}  refused: {REFUSED} (it is {ended})\n")
    assert ran.err == "Error: 1 of 1 not cancelled.\n"
    assert status(job) == ended


def test_one_refused_job_does_not_stop_the_others(run):
    first, refused, last = JobFactory(), JobFactory(status=Status.COMPLETED), JobFactory()
    ran = run("cancel_job", first.uuid, refused.uuid, last.uuid)
    assert ran.status == 1
    assert [line.split()[1] for line in ran.lines] == ["cancelled", "refused:", "cancelled"]
    assert status(last) == Status.CANCELLED


@pytest.mark.parametrize("text", ["nonsense", str(uuid.uuid4())])
def test_an_id_that_is_none_or_unknown_is_not_found(run, text):
    ran = run("cancel_job", text)
    assert (ran.status, ran.out) == (1, f"{text}  job not found\n")


def test_an_id_is_taken_once_however_it_is_written(run):
    job = JobFactory()
    ran = run("cancel_job", job.uuid, str(job.uuid).upper(), job.uuid.hex)
    assert (ran.status, ran.out) == (0, f"{job.uuid}  cancelled\n")


def test_control_characters_of_an_id_do_not_reach_the_terminal(run):
    assert run("cancel_job", "x\x1b[31m\ny").out == "x?[31m?y  job not found\n"


def test_a_job_of_another_promotion_is_not_found(run):
    job, other = JobFactory(), PromotionFactory()
    ran = run("cancel_job", job.uuid, "--promotion", other.uuid)
    assert (ran.status, ran.out) == (1, f"{job.uuid}  job not found\n")
    assert status(job) == Status.PENDING


def test_a_job_of_the_given_promotion_is_cancelled(run):
    job = JobFactory()
    assert run("cancel_job", job.uuid, "--promotion", job.promotion.uuid).status == 0
    assert status(job) == Status.CANCELLED


@pytest.mark.parametrize("text", ["nonsense", "", str(uuid.uuid4())])
def test_an_unknown_promotion_is_not_found(run, text):
    ran = run("cancel_job", "--promotion", text)
    assert (ran.status, ran.out, ran.err) == (1, "", "Error: promotion not found\n")


def test_a_promotion_alone_means_all_its_jobs_that_can_be_cancelled(run):
    ended = JobFactory(status=Status.COMPLETED)
    job, other = JobFactory(promotion=ended.promotion), JobFactory()
    ran = run("cancel_job", "--promotion", ended.promotion.uuid)
    assert (ran.status, ran.out) == (0, f"{job.uuid}  cancelled\n")
    assert status(other) == Status.PENDING


def test_a_promotion_without_such_jobs_is_no_error(run):
    ran = run("cancel_job", "--promotion", PromotionFactory().uuid)
    assert (ran.status, ran.out, ran.err) == (0, "", "The promotion has no job that can be cancelled.\n")


def test_a_dry_run_says_what_would_happen_and_changes_nothing(run):
    pending, processing = JobFactory(), JobFactory(status=Status.PROCESSING)
    before = list(Job.objects.order_by("id").values())
    ran = run("cancel_job", pending.uuid, processing.uuid, "--dry-run")
    assert ran.status == 0
    assert ran.lines == [f"{pending.uuid}  would become cancelled", f"{processing.uuid}  would become cancelling"]
    assert list(Job.objects.order_by("id").values()) == before


def test_a_dry_run_ends_as_the_real_one_would(run):
    job = JobFactory(status=Status.FAILED)
    ran = run("cancel_job", job.uuid, "nonsense", "--dry-run")
    assert (ran.status, ran.err) == (1, "Error: 2 of 2 would not be cancelled.\n")
    assert ran.lines == [f"{job.uuid}  refused: {REFUSED} (it is failed)", f"{'nonsense':<36}  job not found"]


def test_json_is_one_document_and_alone_on_stdout(run):
    job, refused = JobFactory(), JobFactory(status=Status.COMPLETED)
    ran = run("cancel_job", job.uuid, refused.uuid, "nonsense", "--json")
    assert ran.status == 1
    assert ran.err == "Error: 2 of 3 not cancelled.\n"
    assert ran.json == {
        "dry_run": False,
        "jobs": [
            {"id": str(job.uuid), "outcome": "cancelled", "status": "cancelled", "detail": ""},
            {"id": str(refused.uuid), "outcome": "refused", "status": "completed", "detail": REFUSED},
            {"id": "nonsense", "outcome": "job not found", "status": None, "detail": ""},
        ],
    }


def test_json_of_a_dry_run_tells_the_present_status(run):
    job = JobFactory(status=Status.PROCESSING)
    document = run("cancel_job", job.uuid, "--dry-run", "--json").json
    assert document["dry_run"] is True
    assert (document["jobs"][0]["outcome"], document["jobs"][0]["status"]) == ("cancelling", "processing")


def test_no_ids_and_no_promotion_is_wrong_usage(run):
    assert run("cancel_job").status == 2


def test_a_reason_of_500_characters_is_kept_and_a_longer_one_is_wrong_usage(run):
    job = JobFactory()
    ran = run("cancel_job", job.uuid, "--reason", "x" * 501)
    assert ran.status == 2
    assert "at most 500 characters are allowed, not 501" in ran.err
    assert status(job) == Status.PENDING
    assert run("cancel_job", job.uuid, "--reason", "x" * 500).status == 0


@pytest.mark.django_db(transaction=True)
def test_the_process_ends_with_the_exit_status(run_process):
    job = JobFactory()
    ran = run_process("cancel_job", job.uuid)
    assert (ran.status, ran.out) == (0, f"{job.uuid}  cancelled\n")
    again = run_process("cancel_job", job.uuid)
    assert (again.status, again.out) == (1, f"{job.uuid}  refused: {REFUSED} (it is cancelled)\n")
    assert again.err == "Error: 1 of 1 not cancelled.\n"
    assert run_process("cancel_job").status == 2


def undo_later(job):
    """A worker that comes by once the command has waited for a moment."""

    return lambda _seconds: runner.run(job.pk)


@pytest.mark.django_db(transaction=True)
def test_who_waits_is_told_when_nothing_of_the_job_is_left(run, monkeypatch):
    job = create_job(PromotionFactory(), JobType.CODE_GENERATE, number_of_codes=100)
    lifecycle.hand_back(lifecycle.claim(job.pk))
    monkeypatch.setattr("promotions.management.waiting.time.sleep", undo_later(job))
    ran = run("cancel_job", job.uuid, "--wait")
    assert (ran.status, ran.out) == (0, f"{job.uuid}  cancelled\n")
    assert ran.err.splitlines()[0] == "cancelling  0 % of 100"
    assert status(job) == Status.CANCELLED


def test_who_stops_waiting_is_told_that_the_job_is_cancelled_all_the_same(run, monkeypatch):
    def interrupted(_seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr("promotions.management.waiting.time.sleep", interrupted)
    job = JobFactory(status=Status.PROCESSING)
    ran = run("cancel_job", job.uuid, "--wait")
    assert (ran.status, ran.out) == (130, f"{job.uuid}  cancelling\n")
    assert ran.err.endswith("Error: Stopped waiting; what the job has made is removed all the same.\n")
