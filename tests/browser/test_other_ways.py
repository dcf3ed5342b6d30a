"""The back office by the keyboard alone, without scripts, and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from promotions.jobs import runner
from promotions.models import Job
from promotions.states import Status
from tests.browser.staff import PASSWORD, new_ann
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory

pytestmark = pytest.mark.django_db(transaction=True)

JOBS = "/admin/promotions/job/"
STAFF = ["view_job", "cancel_job", "add_job", "view_promotion", "view_promotioncode"]
PHONE = {"width": 390, "height": 844}

WHAT_HAS_FOCUS = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  return {id: one.id, text: one.textContent.trim(),
          is_seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none'};
}"""
# Fields have a border that changes, or an outline around them.
FIELDS = ("id_reason", "id_username", "id_password")


def tab_to(page, is_wanted):
    """Press Tab until what is wanted has the focus, which must be seen on the way."""
    for _ in range(80):
        page.keyboard.press("Tab")
        focus = page.evaluate(WHAT_HAS_FOCUS)
        if is_wanted(focus):
            assert focus["is_seen"] or focus["id"] in FIELDS, focus
            return
    pytest.fail("the keyboard does not come there")


def test_a_job_is_cancelled_by_the_keyboard_alone(page, live_server):
    job = JobFactory(name="Letters")
    new_ann(STAFF)
    page.goto(f"{live_server.url}/admin/login/?next={JOBS}")
    tab_to(page, lambda focus: focus["id"] == "id_username")
    page.keyboard.type("ann")
    tab_to(page, lambda focus: focus["id"] == "id_password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(live_server.url + JOBS)

    tab_to(page, lambda focus: focus["id"] == f"job-{job.pk}-cancel")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cancel/")
    page.wait_for_load_state("load")
    tab_to(page, lambda focus: focus["id"] == "id_reason")
    page.keyboard.type("Wrong prefix")
    tab_to(page, lambda focus: focus["text"] == "Cancel 1 job")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Cancelled: Letters")).to_be_visible()
    job.refresh_from_db()
    assert (job.status, job.cancel_reason) == (Status.CANCELLED, "Wrong prefix")


def test_what_the_theme_draws_for_the_mouse_is_there_for_the_keyboard(open_as_ann):
    page = open_as_ann(JOBS, *STAFF)
    navigation = page.locator("#nav-sidebar")
    expect(navigation).to_be_visible()
    tab_to(page, lambda focus: focus["text"] == "dock_to_right")
    page.keyboard.press("Enter")
    expect(navigation).to_be_hidden()
    page.get_by_role("button", name="Filters").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#changelist-filter").get_by_role("link", name="completed")).to_be_visible()


def test_without_scripts_codes_are_generated_cancelled_and_exported(page_without_scripts, log_in):
    promotion = PromotionFactory(name="Summer sale", code_count=1)
    PromotionCodeFactory(promotion=promotion, code="SUMMER-1")
    page = log_in(page_without_scripts, "/admin/", *STAFF)

    page.locator("a[href='/admin/promotions/promotion/']").first.click()
    page.get_by_role("link", name="Summer sale").click()
    page.get_by_role("link", name="Generate codes").click()
    page.get_by_role("button", name="Generate", exact=True).click()
    page.wait_for_url(re.compile(r"/job/\d+/change/"))
    page.get_by_role("link", name="Cancel job").click()
    page.get_by_label("Reason").fill("Wrong prefix")
    page.get_by_role("button", name="Cancel 1 job").click()
    expect(page.locator("#job-panel")).to_contain_text("Reason: Wrong prefix")
    assert Job.objects.get().status == Status.CANCELLED

    page.get_by_role("link", name="Summer sale").last.click()
    page.get_by_role("button", name="Export codes").click()
    page.wait_for_url(re.compile(r"/job/\d+/change/"))
    runner.run(Job.objects.order_by("id").last().pk)
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download file").click()
    assert "SUMMER-1" in download.value.path().read_text()


def test_on_a_phone_a_job_is_cancelled_by_a_button_that_is_seen_at_once(open_as_ann):
    job = JobFactory(name="Letters")
    page = open_as_ann(JOBS, *STAFF)
    page.set_viewport_size(PHONE)
    page.goto(page.url.partition("/admin/")[0] + f"{JOBS}{job.pk}/change/")
    cancel = page.get_by_role("link", name="Cancel job")
    expect(cancel).to_be_in_viewport()
    cancel.click()
    page.get_by_role("button", name="Cancel 1 job").click()
    expect(page.get_by_text("Cancelled: Letters")).to_be_visible()
