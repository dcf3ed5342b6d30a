"""`manage.py create_job`: what it creates, and how it waits."""

import signal
import subprocess
import sys
import threading
import time
import uuid

import pytest
from django.db import connection

from promotions.jobs import runner
from promotions.management import waiting
from promotions.models import Job, PromotionCode
from promotions.states import Status
from tests.commands.conftest import Terminal
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory
from tests.processes import ROOT, wait_until

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _polls_often(monkeypatch):
    monkeypatch.setattr(waiting, "POLL_SECONDS", 0.02)


@pytest.fixture
def in_the_background(transactional_db):
    """Starts a function in a thread, which is waited for at the end of the test."""
    threads = []

    def start(function):
        def work():
            try:
                function()
            finally:
                connection.close()

        threads.append(threading.Thread(target=work))
        threads[-1].start()

    yield start
    for thread in threads:
        thread.join(20)


def work_on_the_next_job():
    """What a worker does, with a pause in which the job can be seen to wait."""
    job = wait_until(lambda: Job.objects.filter(status=Status.PENDING).first())
    time.sleep(0.2)
    runner.run(job.pk)


def cancel_the_next_job():
    job = wait_until(lambda: Job.objects.filter(status=Status.PENDING).first())
    time.sleep(0.2)
    job.cancel()


def create(run, promotion, *arguments, **options):
    return run("create_job", promotion.uuid, "code_generate", *arguments, **options)


def test_the_job_is_created_as_asked_for_and_its_id_printed(run, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "ada")
    promotion = PromotionFactory()
    arguments = "--number-of-codes 7 --max-uses-per-code 0 --consume-unit per_item --code-length 10 --code-prefix sun"
    ran = create(run, promotion, *arguments.split(), "--name", "Flyer")
    job = Job.objects.get()
    assert (ran.status, ran.out, ran.err) == (0, f"{job.uuid}\n", "")
    assert (job.promotion, job.status, job.name, job.created_by) == (
        promotion,
        Status.PENDING,
        "Flyer",
        "command line (ada)",
    )
    given = (job.number_of_codes, job.max_uses_per_code, job.consume_unit, job.code_length, job.code_prefix)
    assert given == (7, 0, "per_item", 10, "sun")


def test_what_is_not_given_is_left_open(run):
    create(run, PromotionFactory(), "--number-of-codes", 7)
    job = Job.objects.get()
    assert (job.max_uses_per_code, job.consume_unit, job.code_length, job.code_prefix) == (None,) * 4


def test_json_tells_all_about_the_job(run):
    ran = create(run, PromotionFactory(name="Summer"), "--number-of-codes", 7, "--json")
    assert ran.status == 0
    assert ran.json["id"] == str(Job.objects.get().uuid)
    assert (ran.json["promotion_name"], ran.json["status"], ran.json["number_of_codes"]) == ("Summer", "pending", 7)


@pytest.mark.parametrize("text", ["nonsense", str(uuid.uuid4())])
def test_an_unknown_promotion_is_not_found(run, text):
    ran = run("create_job", text, "code_generate", "--number-of-codes", 7)
    assert (ran.status, ran.out, ran.err) == (1, "", "Error: promotion not found\n")


def test_each_fault_of_the_values_is_shown(run):
    ran = create(run, PromotionFactory(), "--number-of-codes", 0, "--code-length", 7, "--json")
    assert (ran.status, ran.out) == (1, "")
    assert "number_of_codes: Ensure this value is greater than or equal to 1." in ran.err
    assert "code_length: Ensure this value is greater than or equal to 8." in ran.err
    assert not Job.objects.exists()


def test_a_job_without_a_number_of_codes_is_refused(run):
    ran = create(run, PromotionFactory())
    assert (ran.status, ran.err) == (1, "Error: number_of_codes: This field is required.\n")


def test_a_job_that_the_promotion_cannot_have_is_refused_with_the_reason(run, settings):
    settings.PROMOTIONS_MAX_CODES = 10
    job = JobFactory()
    busy = create(run, job.promotion, "--number-of-codes", 7)
    assert (busy.status, busy.err) == (
        1,
        "Error: Only 1 pending or processing job is allowed per promotion.\n",
    )
    large = create(run, PromotionFactory(), "--number-of-codes", 11)
    assert (large.status, large.err) == (1, "Error: Only 10 promotion codes are allowed per promotion\n")


@pytest.mark.parametrize(
    "arguments",
    [["code_bake"], ["code_generate", "--number-of-codes", "many"], ["code_generate", "--consume-unit", "per_month"]],
)
def test_unknown_words_are_wrong_usage(run, arguments):
    assert run("create_job", PromotionFactory().uuid, *arguments).status == 2


@pytest.mark.django_db(transaction=True)
def test_waiting_ends_well_when_the_job_is_completed(run, in_the_background):
    in_the_background(work_on_the_next_job)
    ran = create(run, PromotionFactory(), "--number-of-codes", 300, "--wait")
    assert (ran.status, ran.out) == (0, f"{Job.objects.get().uuid}\n")
    assert ran.err.splitlines()[0] == "waiting for a worker  0 % of 300"
    assert ran.err.splitlines()[-1] == "completed  100 % of 300"
    assert PromotionCode.objects.live().count() == 300


@pytest.mark.django_db(transaction=True)
def test_waiting_says_nothing_twice_in_a_short_time(run, in_the_background):
    in_the_background(work_on_the_next_job)
    lines = create(run, PromotionFactory(), "--number-of-codes", 300, "--wait").err.splitlines()
    assert lines.count("waiting for a worker  0 % of 300") == 1


@pytest.mark.django_db(transaction=True)
def test_waiting_repeats_itself_after_a_while(run, in_the_background, monkeypatch):
    monkeypatch.setattr(waiting, "SILENCE_SECONDS", 0.05)
    in_the_background(work_on_the_next_job)
    lines = create(run, PromotionFactory(), "--number-of-codes", 300, "--wait").err.splitlines()
    assert lines.count("waiting for a worker  0 % of 300") > 1


@pytest.mark.django_db(transaction=True)
def test_waiting_shows_a_bar_on_a_terminal(run, in_the_background):
    in_the_background(work_on_the_next_job)
    ran = create(run, PromotionFactory(), "--number-of-codes", 300, "--wait", stream=Terminal)
    assert ran.status == 0
    assert "waiting for a worker" in ran.err
    assert "100 % of 300" in ran.err
    assert "━" in ran.err
    assert ran.out == f"{Job.objects.get().uuid}\n"


@pytest.mark.django_db(transaction=True)
def test_waiting_fails_with_the_error_when_the_job_fails(run, in_the_background, settings):
    settings.PROMOTIONS_MAX_CODES = 10
    promotion = PromotionFactory(code_count=1)
    PromotionCodeFactory(promotion=promotion)
    in_the_background(work_on_the_next_job)
    ran = create(run, promotion, "--number-of-codes", 10, "--wait")
    assert ran.status == 1
    assert ran.err.endswith("Error: The job is failed: codes limit exceeded\n")


@pytest.mark.django_db(transaction=True)
def test_waiting_fails_when_the_job_is_cancelled(run, in_the_background):
    in_the_background(cancel_the_next_job)
    ran = create(run, PromotionFactory(), "--number-of-codes", 10, "--wait")
    assert ran.status == 1
    assert ran.err.endswith("Error: The job is cancelled.\n")


@pytest.mark.django_db(transaction=True)
def test_waiting_with_json_prints_one_document_at_the_end(run, in_the_background):
    in_the_background(work_on_the_next_job)
    ran = create(run, PromotionFactory(), "--number-of-codes", 300, "--wait", "--json")
    assert ran.status == 0
    assert (ran.json["status"], ran.json["generated"]) == ("completed", 300)


def test_waiting_ends_when_the_job_is_deleted(run, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda seconds: Job.objects.all().delete())
    ran = create(run, PromotionFactory(), "--number-of-codes", 10, "--wait")
    assert ran.status == 1
    assert ran.err.endswith("Error: The job was deleted.\n")


@pytest.mark.django_db(transaction=True)
def test_ctrl_c_stops_the_waiting_and_not_the_job(environment):
    command = ["create_job", str(PromotionFactory().uuid), "code_generate", "--number-of-codes", "10", "--wait"]
    with subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever runs the tests in the background has Ctrl-C ignored, and so would the command.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stderr.readline() == "waiting for a worker  0 % of 10\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    job = Job.objects.get()
    assert process.returncode == 130
    assert out == f"{job.uuid}\n"
    assert err == f"Error: Stopped waiting; the job goes on. To cancel it: manage.py cancel_job {job.uuid}\n"
    assert job.status == Status.PENDING
