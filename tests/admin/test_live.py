"""The page of a job and the parts of pages that keep themselves fresh."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from promotions.admin.display import duration, pace
from promotions.jobs import heartbeat, lifecycle, runner
from promotions.jobs.create import create_job
from promotions.models import AuditEvent, Job, JobType
from promotions.models.audit import record_job
from promotions.states import Status
from tests.factories import JobFactory, PromotionFactory

LIST = "/admin/promotions/job/"
POLLS = 'hx-trigger="every'


def page(job):
    return f"{LIST}{job.pk}/change/"


def panel(job):
    return f"{LIST}{job.pk}/live/"


def live(*jobs):
    return f"{LIST}live/?" + "&".join(f"job={job.pk}" for job in jobs)


def text_of(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_tells_what_happened_in_its_order(staff):
    job = create_job(PromotionFactory(), JobType.CODE_GENERATE, by="ann", number_of_codes=100)
    Job.objects.get().cancel(by="bob", reason="Wrong prefix")
    text = text_of(staff.get(page(job)))
    created, cancelled = text.index("Job created"), text.index("Job cancelled")
    assert created < text.index("by ann") < cancelled < text.index("by bob") < text.index("Reason: Wrong prefix")


def test_the_page_tells_of_work_that_was_taken_over_and_of_the_end(staff):
    job = create_job(PromotionFactory(), JobType.CODE_GENERATE, by="ann", number_of_codes=5)
    lifecycle.claim(job.pk)
    Job.objects.update(lease_expires_at=Now())
    runner.run(job.pk)
    text = text_of(staff.get(page(job)))
    assert text.index("Job started") < text.index("Job taken over") < text.index("5 codes are live")


def test_a_job_from_before_the_audit_trail_says_that_nothing_was_kept(staff):
    assert "older than the audit trail" in text_of(staff.get(page(JobFactory())))


@pytest.mark.parametrize("status", Status.values)
def test_page_and_list_ask_again_as_long_as_the_job_is_active_and_no_longer(staff, status):
    job = JobFactory(status=status)
    is_active = status in ("pending", "processing", "cancelling")
    for address in (page(job), panel(job), LIST, live(job)):
        assert (POLLS in text_of(staff.get(address))) == is_active


def test_the_fresh_cells_carry_progress_status_and_what_can_be_done(staff):
    running = JobFactory(status=Status.PROCESSING, generated=40)
    failed = JobFactory(status=Status.FAILED)
    text = text_of(staff.get(live(running, failed)))
    assert f'id="job-{running.pk}-progress" class="job-progress" hx-swap-oob="true"' in text
    assert "40 of 100" in text
    assert 'value="40" max="100"' in text
    assert f"{LIST}{running.pk}/cancel/" in text
    assert f"{LIST}{failed.pk}/retry/" in text
    assert f"live/?job={running.pk}&quot;" not in text
    assert text.count(f"job={running.pk}") == 1
    assert f"job={failed.pk}" not in text


@pytest.mark.parametrize("query", ["", "?job=abc", "?job=999999999999999999", "?job=-1", "?job=7"])
def test_nonsense_in_the_address_gives_no_cells(staff, query):
    assert "job-progress" not in text_of(staff.get(f"{LIST}live/{query}"))


def test_what_is_fresh_is_kept_by_nobody(staff):
    assert "no-store" in staff.get(panel(JobFactory())).headers["Cache-Control"]


@pytest.mark.parametrize("address", ["live/", "live/active/", "{job}/live/"])
def test_without_the_permission_nothing_is_told_and_without_a_session_no_login_page_is_sent(log_in, address):
    url = LIST + address.format(job=JobFactory().pk)
    for client in (log_in("view_promotion"), Client()):
        assert client.get(url).status_code == 403


def test_an_unknown_job_is_not_found(staff):
    assert staff.get(f"{LIST}999999/live/").status_code == 404


def test_what_may_be_done_depends_on_the_permissions(log_in):
    cancellable, retryable = JobFactory(), JobFactory(status=Status.FAILED)
    client = log_in("view_job")
    for job, word in ((cancellable, "Cancel job"), (retryable, "Retry job")):
        assert word not in text_of(client.get(page(job)))
    text = text_of(client.get(LIST))
    assert "/cancel/" not in text
    assert "/retry/" not in text


def test_a_waiting_job_says_when_there_is_no_worker(staff):
    job = JobFactory()
    assert "No worker is running" in text_of(staff.get(panel(job)))
    heartbeat.beat("one", "host:1")
    assert "No worker is running" not in text_of(staff.get(panel(job)))


def test_speed_and_time_left_go_by_what_was_done_so_far():
    now = timezone.now()
    job = JobFactory.build(status=Status.PROCESSING, number_of_codes=100_000, generated=20_000)
    job.started_at, job.updated_at = now - timedelta(seconds=10), now
    assert pace(job) == "2,000 a second, about 40 s left"
    job.status, job.deleted, job.cancel_requested_at = Status.CANCELLING, 5_000, now - timedelta(seconds=1)
    assert pace(job) == "5,000 a second, about 3 s left"
    job.status = Status.COMPLETED
    assert pace(job) == ""


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (59, "59 s"), (61, "2 min"), (3600, "1 h 0 min"), (7500, "2 h 5 min")]
)
def test_a_time_span_is_told_in_words(seconds, words):
    assert duration(seconds) == words


def test_the_page_and_its_panel_cost_a_constant_number_of_queries(staff, django_assert_max_num_queries):
    job = lifecycle.claim(JobFactory().pk)
    for _ in range(20):
        record_job(AuditEvent.JOB_TAKEN_OVER, job)
    staff.get(page(job))
    with django_assert_max_num_queries(8):
        staff.get(page(job))
    with django_assert_max_num_queries(6):
        staff.get(panel(job))
