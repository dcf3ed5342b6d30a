"""What staff do all day, page by page: what they see, find and are told."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from promotions.models import Job, Promotion
from promotions.states import Status
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory, UsageFactory

pytestmark = pytest.mark.django_db(transaction=True)

APP = "/admin/promotions/"
STAFF = [
    *("view_promotion", "change_promotion", "add_promotion", "view_promotioncode", "add_promotioncode"),
    *("change_promotioncode", "view_job", "add_job", "cancel_job", "view_usage"),
]


def running(**fields):
    now = timezone.now()
    return PromotionFactory(**{"start": now - timedelta(days=1), "end": now + timedelta(days=300)} | fields)


def test_the_overview_names_the_promotions_that_want_a_look_and_leads_to_them(open_as_ann):
    now, day = timezone.now(), timedelta(days=1)
    running(name="Has none")
    running(name="Ends soon", end=now + 2 * day, automatic=True)
    PromotionFactory(name="Begins soon", start=now + day)
    page = open_as_ann("/admin/", *STAFF)
    expect(page.locator("#starting")).to_contain_text("Begins soon")
    expect(page.locator("#ending")).to_contain_text("Ends soon")
    expect(page.locator("#low")).to_contain_text("has no codes")
    page.get_by_role("link", name="Generate codes for Has none").click()
    expect(page.get_by_label("Number of codes")).to_have_value("1000")


def test_a_promotion_has_everything_that_belongs_to_it_a_tab_away(open_as_ann):
    promotion = running(name="Summer sale", code_count=101)
    UsageFactory(of=PromotionCodeFactory(promotion=promotion, code="SUMMER-1"), order_id="order-77")
    JobFactory(promotion=promotion, name="Letters", status=Status.CANCELLED)
    page = open_as_ann(f"{APP}promotion/{promotion.pk}/change/", *STAFF)
    expect(page.locator("#promotion-head")).to_contain_text("running")
    expect(page.locator("#promotion-head")).to_contain_text("101 of at most")
    for tab, what in {"Codes": "SUMMER-1", "Jobs": "Letters", "Usages": "order-77", "History": "Created by"}.items():
        page.get_by_label("Parts of the promotion").get_by_role("link", name=tab).click()
        expect(page.locator("#content").get_by_text(what).first).to_be_visible()


def test_what_cannot_be_generated_is_said_before_it_is_tried(open_as_ann, settings):
    settings.PROMOTIONS_MAX_CODES = 10
    promotion = running(code_count=8)
    JobFactory(promotion=promotion, name="Letters", number_of_codes=1, status=Status.PENDING)
    page = open_as_ann(f"{APP}promotion/{promotion.pk}/generate/", *STAFF)
    expect(page.locator("#active-job")).to_contain_text("The job Letters has not ended")
    expect(page.get_by_text("it has 8 of at most 10")).to_be_visible()
    page.get_by_label("Number of codes").fill("5")
    page.get_by_role("button", name="Generate", exact=True).click()
    field = page.locator("div", has=page.get_by_label("Number of codes"))
    expect(field.get_by_text("2 more codes fit into this promotion").first).to_be_visible()
    assert Job.objects.count() == 1


def test_jobs_are_filtered_searched_and_cancelled_in_their_row(open_as_ann):
    JobFactory(name="Letters")
    JobFactory(name="Flyer", status=Status.COMPLETED, created_by="bob")
    page = open_as_ann(f"{APP}job/", *STAFF)
    page.get_by_placeholder("Search by name, ID or promotion").fill("Fly")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Flyer", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Letters", exact=True)).to_have_count(0)
    page.goto(page.url.partition("?")[0] + "?status__exact=pending")
    expect(page.get_by_role("link", name="Flyer", exact=True)).to_have_count(0)
    page.get_by_role("link", name="Cancel Letters").click()
    page.get_by_role("button", name="Cancel 1 job").click()
    expect(page.get_by_text("Cancelled: Letters")).to_be_visible()


def test_a_code_tells_its_uses_who_used_it_and_its_job(open_as_ann):
    job = JobFactory(name="Letters", status=Status.COMPLETED, number_of_codes=1)
    code = PromotionCodeFactory(promotion=job.promotion, job=job, code="SUMMER-1", uses=2, max_uses=3)
    UsageFactory(of=code, customer_email="eve@example.com", order_id="order-77")
    page = open_as_ann(f"{APP}promotioncode/?q=SUMMER", *STAFF)
    page.get_by_role("link", name="SUMMER-1").click()
    content = page.locator("#content")
    for what in ("2 of 3", "Live", "eve@example.com", "order-77"):
        expect(content.get_by_text(what).first).to_be_visible()
    expect(content.get_by_role("link", name="Letters")).to_be_visible()


def test_selected_codes_are_disabled_and_a_message_names_what_became_of_each(open_as_ann):
    promotion = running()
    PromotionCodeFactory(promotion=promotion, code="SUMMER-1")
    PromotionCodeFactory(promotion=promotion, code="SUMMER-2", disabled_at=timezone.now())
    page = open_as_ann(f"{APP}promotioncode/", *STAFF)
    page.wait_for_url("**/promotioncode/")
    page.wait_for_load_state("load")
    for box in page.locator("input[name=_selected_action]").all():
        box.check()
    page.locator("select[name=action]").select_option("disable_selected")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("Disabled: SUMMER-1.")).to_be_visible()
    expect(page.get_by_text("Not disabled: SUMMER-2. It was disabled before.")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "what_next"),
    [
        ("", "No job is running or waiting."),
        ("promotions/promotion/", "There are no promotions yet: add the first one."),
        ("promotions/promotioncode/", "There are no codes yet: open a promotion and generate some"),
        ("promotions/usage/", "No order has used a code yet."),
        ("promotions/job/", "There are no jobs yet: open a promotion and generate codes."),
        ("promotions/job/?q=nonsense", "Nothing matches the search and the filters."),
    ],
)
def test_where_there_is_nothing_it_says_what_to_do(open_as_ann, path, what_next):
    page = open_as_ann(f"/admin/{path}", *STAFF)
    expect(page.get_by_text(what_next)).to_be_visible()


def test_the_form_of_a_type_asks_for_its_fields_and_takes_money_as_it_is_written(open_as_ann):
    page = open_as_ann(f"{APP}promotion/add/", *STAFF)
    page.get_by_role("link", name="Fixed discount").first.click()
    page.get_by_label("Name").fill("Five off")
    page.get_by_label("Description").fill("Five dollars off")
    for field, value in {"start_0": "2026-06-01", "start_1": "00:00", "end_0": "2026-08-31", "end_1": "23:59"}.items():
        page.locator(f"[name={field}]").fill(value)
    page.get_by_label("Discount").fill("5.50 USD")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    assert Promotion.objects.get().schema == {"currencies": [{"currency": "USD", "amount": 550}]}
