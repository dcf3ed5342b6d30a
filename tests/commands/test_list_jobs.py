"""`manage.py list_jobs`: which jobs it lists, and how."""

import pytest

from promotions.states import Status
from tests.commands.conftest import Terminal
from tests.factories import JobFactory, PromotionFactory

pytestmark = pytest.mark.django_db


def ids(ran):
    return [job["id"] for job in ran.json["jobs"]]


def of(*jobs):
    return [str(job.uuid) for job in jobs]


def test_a_line_says_everything_about_a_job(run):
    promotion = PromotionFactory(name="Summer sale")
    job = JobFactory(
        promotion=promotion, name="Flyer", number_of_codes=2000, generated=500, status="processing", created_by="ada"
    )
    job.refresh_from_db()
    head, line = run("list_jobs").lines
    assert head.split() == ["id", "promotion", "type", "name", "status", "progress", "created", "who"]
    assert [cell for cell in line.split("  ") if cell] == [
        str(job.uuid),
        "Summer sale",
        "code_generate",
        "Flyer",
        "processing",
        "25 % of 2,000",
        f"{job.created_at:%Y-%m-%d %H:%M:%S}",
        "ada",
    ]


def test_what_is_undone_does_not_count_as_progress(run):
    JobFactory(number_of_codes=100, generated=80, deleted=30, status="cancelling")
    assert "50 % of 100" in run("list_jobs").out


def test_the_newest_comes_first(run):
    old, new = JobFactory(), JobFactory()
    assert ids(run("list_jobs", "--json")) == of(new, old)


def test_no_more_than_the_limit_are_listed_by_default_50(run):
    jobs = JobFactory.create_batch(51, promotion=PromotionFactory(), status=Status.CANCELLED)
    assert ids(run("list_jobs", "--json", "--limit", 2)) == of(jobs[50], jobs[49])
    assert len(ids(run("list_jobs", "--json"))) == 50


def test_only_jobs_in_one_of_the_given_statuses_are_listed(run):
    pending, failed, _ = JobFactory(), JobFactory(status=Status.FAILED), JobFactory(status=Status.COMPLETED)
    assert ids(run("list_jobs", "--json", "--status", "pending", "failed")) == of(failed, pending)
    assert ids(run("list_jobs", "--json", "--status", "pending", "--status", "failed")) == of(failed, pending)


def test_complete_is_another_word_for_completed(run):
    _, completed = JobFactory(), JobFactory(status=Status.COMPLETED)
    assert ids(run("list_jobs", "--json", "--status", "complete")) == of(completed)


def test_only_jobs_of_the_given_promotion_are_listed(run):
    job, _ = JobFactory(), JobFactory()
    assert ids(run("list_jobs", "--json", "--promotion", job.promotion.uuid)) == of(job)


def test_an_unknown_promotion_is_not_found(run):
    ran = run("list_jobs", "--promotion", "nonsense")
    assert (ran.status, ran.err) == (1, "Error: promotion not found\n")


@pytest.mark.parametrize("arguments", [["--status", "done"], ["--limit", "0"], ["--limit", "-1"], ["--limit", "x"]])
def test_an_unknown_status_and_a_senseless_limit_are_wrong_usage(run, arguments):
    assert run("list_jobs", *arguments).status == 2


def test_no_jobs_are_said_to_be_none(run):
    assert run("list_jobs").out == "No jobs.\n"
    assert run("list_jobs", "--json").json == {"jobs": []}


def test_json_tells_all_about_a_job(run):
    job = JobFactory(status=Status.CANCELLED, cancelled_by="ada", cancel_reason="mistake", created_by="bob")
    job.refresh_from_db()
    assert run("list_jobs", "--json").json["jobs"] == [
        {
            "id": str(job.uuid),
            "promotion_id": str(job.promotion.uuid),
            "promotion_name": job.promotion.name,
            "job_type": "code_generate",
            "name": job.name,
            "status": "cancelled",
            "error": "",
            "number_of_codes": 100,
            "generated": 0,
            "deleted": 0,
            "created_at": job.created_at.isoformat(),
            "created_by": "bob",
            "finished_at": job.finished_at.isoformat(),
            "cancelled_by": "ada",
            "cancel_reason": "mistake",
        }
    ]


def test_names_cannot_break_a_line_or_write_on_the_terminal(run):
    JobFactory(name="a\nb\x1b[31m[bold]c")
    assert "a?b?[31m[bold]c" in run("list_jobs").lines[1]
    assert "a?b?[31m[bold]c" in run("list_jobs", stream=Terminal).out


def test_colours_are_for_terminals_and_those_who_want_them(run):
    JobFactory(status=Status.COMPLETED)
    assert "\x1b[32mcompleted" in run("list_jobs", stream=Terminal).out
    assert "\x1b[32m" not in run("list_jobs", "--no-color", stream=Terminal).out
    assert "\x1b" not in run("list_jobs").out


def test_a_narrow_terminal_cuts_nothing_off(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    job = JobFactory(name="A name that is fifty characters long, so very wide")
    out = run("list_jobs", stream=Terminal).out
    assert str(job.uuid) in out
    assert job.name in out


def test_the_number_of_queries_does_not_grow_with_the_jobs(run, django_assert_num_queries):
    JobFactory.create_batch(5)
    with django_assert_num_queries(1):
        run("list_jobs", "--skip-checks")
