import pytest
from playwright.sync_api import expect

from promotions.models import Job
from promotions.states import Status
from tests.factories import JobFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def log_in(open_as_ann):
    """Call it to get the page with the list of jobs, after ann has logged in with her password."""
    return lambda: open_as_ann("/admin/promotions/job/", "view_job", "cancel_job")


def select(page, *jobs):
    for job in jobs:
        page.locator(f"input[name=_selected_action][value='{job.pk}']").check()


def test_staff_select_jobs_are_asked_give_a_reason_and_read_what_happened(log_in):
    pending = JobFactory(name="Waiting one")
    processing = JobFactory(name="Working one", status=Status.PROCESSING)
    completed = JobFactory(name="Done one", status=Status.COMPLETED)
    page = log_in()

    select(page, pending, processing, completed)
    page.locator("select[name=action]").select_option("cancel_selected")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#cancellable li")).to_have_count(2)
    expect(page.locator("#refused li")).to_contain_text(["Done one"])
    assert set(Job.objects.values_list("status", flat=True)) == {"pending", "processing", "completed"}

    page.get_by_label("Reason").fill("Wrong prefix")
    page.get_by_role("button", name="Cancel 2 jobs").click()

    expect(page.get_by_text("Cancelled: Waiting one")).to_be_visible()
    expect(page.get_by_text("their codes are being removed: Working one")).to_be_visible()
    expect(page.get_by_text("Not cancelled: Done one")).to_be_visible()
    pending.refresh_from_db()
    assert (pending.status, pending.cancelled_by, pending.cancel_reason) == ("cancelled", "ann", "Wrong prefix")


def test_the_way_back_cancels_nothing(log_in, live_server):
    pending = JobFactory(name="Waiting one")
    page = log_in()
    page.get_by_role("link", name="Cancel Waiting one").click()
    page.get_by_role("link", name="Back, cancel nothing").click()
    expect(page).to_have_url(f"{live_server.url}/admin/promotions/job/{pending.pk}/change/")
    pending.refresh_from_db()
    assert pending.status == "pending"


def test_the_button_on_the_page_of_a_job_asks_and_cancels_it(log_in):
    processing = JobFactory(name="Working one", status=Status.PROCESSING, generated=40)
    page = log_in()
    page.get_by_role("link", name="Working one", exact=True).click()
    page.get_by_role("link", name="Cancel job").click()
    page.get_by_label("Reason").fill("Not needed")
    page.get_by_role("button", name="Cancel 1 job").click()

    expect(page.get_by_text("their codes are being removed: Working one")).to_be_visible()
    expect(page.get_by_text("40 left to remove")).to_be_visible()
    expect(page.get_by_text("Reason: Not needed")).to_be_visible()
    expect(page.get_by_role("link", name="Cancel job")).to_have_count(0)
    processing.refresh_from_db()
    assert processing.status == "cancelling"
