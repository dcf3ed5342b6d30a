"""Progress that is seen without reloading, retrying, the overview; and that everyone can use these pages."""

import pytest
from playwright.sync_api import expect

from promotions.jobs import heartbeat, lifecycle, runner
from promotions.jobs.create import create_job
from promotions.models import Job, JobType, PromotionCode
from promotions.states import Status
from tests.factories import JobFactory, PromotionFactory

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/promotions/job/"
MAY = ["view_job", "cancel_job", "add_job", "view_promotion", "view_usage", "view_auditentry", "view_promotioncode"]


@pytest.fixture
def requests(page):
    """The addresses that the page has asked for by itself."""
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/live/" in request.url else None)
    return asked


def begun():
    """A job that a worker has just begun."""
    job = create_job(PromotionFactory(), JobType.CODE_GENERATE, name="Letters", by="ann", number_of_codes=100)
    return lifecycle.claim(job.pk)


def make(job, count):
    with lifecycle.batch(job) as done:
        made = [PromotionCode(promotion=job.promotion, job=job, code=f"{job.generated + n}") for n in range(count)]
        PromotionCode.objects.bulk_create(made)
        done["generated"] = count


def stays_as_it_is(page, requests, milliseconds=4500):
    """Whether the page asks for nothing more by itself."""
    before = len(requests)
    page.wait_for_timeout(milliseconds)
    return len(requests) == before


def test_the_list_follows_a_job_to_its_end_and_then_asks_no_more(open_as_ann, requests):
    job = begun()
    page = open_as_ann(LIST, *MAY)
    progress = page.locator(f"#job-{job.pk}-progress")
    expect(progress).to_contain_text("0 of 100")
    make(job, 40)
    expect(progress).to_contain_text("40 of 100", timeout=10_000)
    make(job, 60)
    lifecycle.complete(job)
    expect(page.locator(f"#job-{job.pk}-state")).to_contain_text("completed", timeout=10_000)
    expect(page.get_by_role("link", name="Cancel Letters")).to_have_count(0)
    assert stays_as_it_is(page, requests)


def test_who_works_with_the_keyboard_keeps_their_place(open_as_ann):
    job = begun()
    page = open_as_ann(LIST, *MAY)
    page.get_by_role("link", name="Cancel Letters").focus()
    make(job, 40)
    expect(page.locator(f"#job-{job.pk}-progress")).to_contain_text("40 of 100", timeout=10_000)
    expect(page.get_by_role("link", name="Cancel Letters")).to_be_focused()


def test_the_page_of_a_job_follows_it_and_tells_what_happened(open_as_ann, requests):
    job = begun()
    page = open_as_ann(f"{LIST}{job.pk}/change/", *MAY)
    panel = page.locator("#job-panel")
    make(job, 40)
    expect(panel).to_contain_text("40 of 100", timeout=10_000)
    expect(panel).to_contain_text("a second, about")
    expect(panel.get_by_role("progressbar", name="Progress of Letters")).to_have_attribute("value", "40")
    page.get_by_role("link", name="Cancel job").click()
    page.get_by_label("Reason").fill("Wrong prefix")
    page.get_by_role("button", name="Cancel 1 job").click()
    expect(panel).to_contain_text("Reason: Wrong prefix")
    runner.run(job.pk)
    lifecycle.hand_back(Job.objects.get())
    runner.run(job.pk)
    expect(panel).to_contain_text("40 codes removed, nothing is left", timeout=10_000)
    expect(page.get_by_role("link", name="Retry job")).to_be_visible()
    assert stays_as_it_is(page, requests)


def test_a_failed_job_is_retried_from_the_list(open_as_ann):
    old = JobFactory(name="Letters", status=Status.FAILED)
    page = open_as_ann(LIST, *MAY)
    page.get_by_role("link", name="Retry Letters").click()
    page.get_by_role("button", name="Start again").click()
    expect(page.get_by_text("Started again: Letters")).to_be_visible()
    expect(page.locator("#job-panel")).to_contain_text("a retry of job")
    assert Job.objects.exclude(pk=old.pk).get().created_by == "ann"


def test_the_overview_follows_jobs_and_leads_to_retrying(open_as_ann, requests):
    JobFactory(name="Broken", status=Status.FAILED, error="codes limit exceeded")
    job = begun()
    page = open_as_ann("/admin/", *MAY)
    expect(page.get_by_text("No worker is running: jobs will wait.")).to_be_visible()
    heartbeat.beat("one", "host:1")
    make(job, 40)
    expect(page.locator("#active-jobs")).to_contain_text("40 of 100", timeout=10_000)
    expect(page.locator("#active-jobs")).to_contain_text("a second, about")
    expect(page.get_by_text("1 worker is running.")).to_be_visible()
    make(job, 60)
    lifecycle.complete(job)
    expect(page.get_by_text("No job is running or waiting.")).to_be_visible(timeout=10_000)
    assert stays_as_it_is(page, requests)
    page.reload()
    page.get_by_text("As a table").first.click()
    expect(page.get_by_role("cell", name="100")).to_be_visible()
    page.get_by_role("link", name="Retry Broken").click()
    expect(page.get_by_role("button", name="Start again")).to_be_visible()


def test_whoever_is_logged_out_keeps_the_page_and_it_asks_no_more(open_as_ann, requests):
    begun()
    page = open_as_ann(LIST, *MAY)
    page.wait_for_load_state("load")
    page.context.clear_cookies()
    page.wait_for_timeout(3000)
    expect(page.get_by_text("0 of 100")).to_be_visible()
    assert requests
    assert stays_as_it_is(page, requests)
