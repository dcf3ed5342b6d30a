"""What staff do from the page of a promotion: codes are generated, exported and deleted, the promotion is copied."""

import csv
import re

import pytest
from playwright.sync_api import expect

from promotions.models import Job, Promotion, PromotionCode
from promotions.models.promotion_change import change
from promotions.states import Status
from tests.factories import PromotionCodeFactory, PromotionFactory
from tests.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

STAFF = [
    "view_promotion",
    "change_promotion",
    "add_promotion",
    "view_promotioncode",
    "add_promotioncode",
    "delete_promotioncode",
    "change_promotioncode",
    "view_job",
    "add_job",
    "view_usage",
]
MOST_CLICKS = 8
COUNT_CLICKS = "addEventListener('click', event => event.isTrusted && window.clicked(), true)"


@pytest.fixture
def open_promotion(open_as_ann):
    """Opens the page of a promotion, or one of its tabs, for ann."""
    return lambda promotion, tab="change": open_as_ann(f"/admin/promotions/promotion/{promotion.pk}/{tab}/", *STAFF)


def wait_for_the_end(job_type):
    return wait_until(lambda: Job.objects.filter(job_type=job_type, status=Status.COMPLETED).first())


def test_from_the_login_to_a_file_of_a_thousand_codes_it_is_eight_clicks(open_as_ann, page, start_worker):
    PromotionFactory(name="Summer sale")
    clicks = []
    page.expose_function("clicked", lambda: clicks.append(1))
    page.add_init_script(COUNT_CLICKS)
    start_worker()

    open_as_ann("/admin/", *STAFF)
    page.locator("a[href='/admin/promotions/promotion/']").first.click()
    page.get_by_role("link", name="Summer sale").click()
    page.get_by_role("link", name="Generate codes").click()
    expect(page.get_by_label("Number of codes")).to_have_value("1000")
    page.get_by_role("button", name="Generate", exact=True).click()
    page.wait_for_url(re.compile(r"/job/\d+/change/"))
    generated = wait_for_the_end("code_generate")
    page.get_by_role("link", name="Summer sale").last.click()
    page.get_by_role("button", name="Export codes").click()
    page.wait_for_url(re.compile(r"/job/\d+/change/"))
    exported = wait_for_the_end("code_export")

    expect(page.get_by_text("1,000 exported")).to_be_visible(timeout=10_000)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download file").click()
    with download.value.path().open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert (generated.generated, exported.exported) == (1000, 1000)
    assert {row["code"] for row in rows} == set(PromotionCode.objects.values_list("code", flat=True))
    assert len(rows) == 1000
    assert len(clicks) <= MOST_CLICKS


def test_the_example_follows_what_is_written(open_promotion):
    page = open_promotion(PromotionFactory(), "generate")
    example = page.locator("#example code")
    expect(example).to_have_text(re.compile(r"^\w{4}-\w{4}$"))
    page.get_by_label("Code prefix").fill("summer")
    expect(example).to_have_text(re.compile(r"^summer-\w{4}-\w{4}$"))
    page.get_by_label("Code length").fill("10")
    expect(example).to_have_text(re.compile(r"^summer-\w{4}-\w{4}-\w{2}$"))
    page.get_by_label("Code length").fill("7")
    expect(page.locator("#example")).to_contain_text("greater than or equal to 8")
    assert not Job.objects.exists()


def test_without_scripts_the_example_is_shown_and_the_job_started(page_without_scripts, log_in):
    promotion = PromotionFactory()
    page = log_in(page_without_scripts, f"/admin/promotions/promotion/{promotion.pk}/generate/", *STAFF)
    page.get_by_label("Code prefix").fill("summer")
    page.get_by_role("button", name="Show another example").click()
    expect(page.locator("#example code")).to_have_text(re.compile(r"^summer-\w{4}-\w{4}$"))
    assert not Job.objects.exists()
    page.get_by_role("button", name="Generate", exact=True).click()
    page.wait_for_url(re.compile(r"/job/\d+/change/"))
    assert Job.objects.get().code_prefix == "summer"


def test_a_promotion_is_copied_and_the_copy_changed_at_once(open_promotion):
    page = open_promotion(PromotionFactory(name="Summer sale"))
    page.get_by_role("button", name="Duplicate").click()
    expect(page.get_by_text("This is the copy.")).to_be_visible()
    page.get_by_label("Name").fill("Winter sale")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert sorted(Promotion.objects.values_list("name", "enabled")) == [("Summer sale", True), ("Winter sale", False)]


def test_the_history_is_a_tab_away_and_says_what_was_changed(open_promotion):
    promotion = PromotionFactory()
    change(promotion, {"schema": {"currencies": [{"currency": "USD", "amount": 750}]}}, by="eve")
    page = open_promotion(promotion)
    page.get_by_role("link", name="History", exact=True).click()
    newest = page.locator("#versions > li").first
    expect(newest).to_contain_text("Changed by eve")
    expect(newest.locator("del")).to_contain_text("5.00 USD")
    expect(newest.locator("ins")).to_contain_text("7.50 USD")


def test_a_code_is_found_disabled_and_deleted(open_promotion):
    promotion = PromotionFactory()
    for text in ("SUMMER-1", "SUMMER-2", "WINTER-1"):
        PromotionCodeFactory(promotion=promotion, code=text)
    Promotion.objects.update(code_count=3)
    page = open_promotion(promotion, "codes")
    page.get_by_label("Find a code of this promotion").fill("SUMMER-")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="WINTER-1")).to_have_count(0)
    page.get_by_role("link", name="SUMMER-1").click()
    page.get_by_role("button", name="Disable code").click()
    expect(page.get_by_text("Disabled: SUMMER-1.")).to_be_visible()
    page.get_by_role("link", name="Delete code").click()
    page.get_by_role("button", name="Yes, I").click()
    expect(page.get_by_text("was deleted successfully")).to_be_visible()
    assert set(PromotionCode.objects.values_list("code", flat=True)) == {"SUMMER-2", "WINTER-1"}
    promotion.refresh_from_db()
    assert promotion.code_count == 2


def test_selected_codes_are_deleted_after_a_page_that_asks(open_as_ann):
    promotion = PromotionFactory()
    codes = [PromotionCodeFactory(promotion=promotion, code=text) for text in ("SUMMER-1", "SUMMER-2", "WINTER-1")]
    Promotion.objects.update(code_count=3)
    page = open_as_ann("/admin/promotions/promotioncode/", *STAFF)
    for code in codes[:2]:
        page.locator(f"input[name=_selected_action][value='{code.pk}']").check()
    page.locator("select[name=action]").select_option("delete_selected")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("SUMMER-2 (")).to_be_visible()
    page.get_by_role("button", name="Yes, I").click()
    expect(page.get_by_text("Deleted: SUMMER-2; SUMMER-1.")).to_be_visible()
    assert PromotionCode.objects.get() == codes[2]


def test_codes_are_added_by_hand(open_promotion):
    page = open_promotion(PromotionFactory())
    page.get_by_role("link", name="Add codes by hand").click()
    page.locator("[name=codes]").fill("SUMMER-1\nSUMMER-2")
    page.get_by_role("button", name="Add codes", exact=True).click()
    expect(page.get_by_text("2 codes were added.")).to_be_visible()
    expect(page.get_by_role("link", name="SUMMER-1")).to_be_visible()
