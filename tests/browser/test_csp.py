"""Every page of ours in a browser that obeys the policy: nothing of it is blocked, and what can be clicked works."""

import re

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from playwright.sync_api import expect

from promotions.admin.schema_fields import FIELDS
from promotions.states import Status
from tests.factories import ApiClientFactory, JobFactory, PromotionCodeFactory, PromotionFactory

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 390, "height": 844}
JOBS, PROMOTIONS, CODES, CLIENTS = (
    f"/admin/promotions/{model}/" for model in ("job", "promotion", "promotioncode", "apiclient")
)


@pytest.fixture
def blocked(page):
    """What the browser has said about the policy."""
    said = []
    page.on("console", lambda message: said.append(message.text) if "Content Security Policy" in message.text else None)
    return said


@pytest.fixture
def root(page, live_server, blocked):
    """Opens addresses for a superuser. In the end nothing may have been blocked."""
    boss = get_user_model().objects.create_superuser("boss", password="correct horse")
    client = Client()
    client.force_login(boss)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])

    def open_page(path):
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        return page

    yield open_page
    assert blocked == []


def test_a_script_inside_a_page_and_code_made_of_text_are_blocked(page, live_server, blocked):
    """The control: the other tests would see it."""
    page.goto(f"{live_server.url}/admin/login/")
    page.evaluate("document.head.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")
    page.evaluate("document.body.setAttribute('onclick', 'window.ran = 1'); document.body.click()")
    assert page.evaluate("window.ran") is None
    assert len(blocked) == 2
    # What tests themselves evaluate is let through by the browser's tools; so a script of the page has to try.
    assert page.evaluate("fetch('https://example.com/').then(() => 'let out', () => 'kept in')") == "kept in"


def test_every_page_opens_without_anything_blocked(root, page):
    promotion = PromotionFactory()
    code = PromotionCodeFactory(promotion=promotion)
    job = JobFactory(promotion=promotion, status=Status.PENDING)
    client = ApiClientFactory()
    user = get_user_model().objects.get()
    paths = [
        "/admin/",
        "/admin/password_change/",
        "/admin/promotions/",
        PROMOTIONS,
        f"{PROMOTIONS}add/",
        *(f"{PROMOTIONS}add/?promotion_type={kind}" for kind in FIELDS),
        *(f"{PROMOTIONS}{promotion.pk}/{door}/" for door in ("change", "history", "delete")),
        JOBS,
        f"{JOBS}add/",
        *(f"{JOBS}{job.pk}/{door}/" for door in ("change", "history", "cancel")),
        CODES,
        f"{CODES}{code.pk}/change/",
        CLIENTS,
        *(f"{CLIENTS}{client.pk}/{door}/" for door in ("change", "history", "delete")),
        "/admin/auth/user/",
        "/admin/auth/user/add/",
        f"/admin/auth/user/{user.pk}/change/",
        f"/admin/auth/user/{user.pk}/password/",
        "/admin/auth/group/",
        "/admin/auth/group/add/",
        "/admin/nonsense/",
    ]
    for path in paths:
        root(path)
        expect(page.locator("body")).not_to_be_empty()


def test_the_pages_of_a_visitor_open_without_anything_blocked(page, live_server, blocked):
    for path in ("/admin/login/", "/docs/", "/nonsense"):
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
    assert blocked == []


def test_the_locked_page_opens_without_anything_blocked(page, live_server, blocked, settings):
    settings.AXES_FAILURE_LIMIT = 1
    page.goto(f"{live_server.url}/admin/login/")
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Wait 15 minutes, then try again.")).to_be_visible()
    page.get_by_role("link", name="Back to the login").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    assert blocked == []


def theme_is(page, theme):
    expect(page.locator("html")).to_have_class(re.compile(r"\bdark\b" if theme == "dark" else "^(?!.*dark)"))


def test_the_theme_is_switched_and_remembered(root, page):
    root("/admin/")
    page.get_by_text("boss", exact=True).last.click()
    page.get_by_text("Dark", exact=True).click()
    theme_is(page, "dark")
    root(JOBS)
    theme_is(page, "dark")
    page.get_by_text("boss", exact=True).last.click()
    page.get_by_text("Light", exact=True).click()
    theme_is(page, "light")


def test_the_sidebar_is_closed_and_stays_so(root, page):
    sidebar = page.locator("#nav-sidebar")
    root("/admin/")
    expect(sidebar).to_be_visible()
    page.get_by_text("dock_to_right").locator("visible=true").click()
    expect(sidebar).to_be_hidden()
    root(JOBS)
    expect(sidebar).to_be_hidden()
    page.get_by_text("dock_to_right").locator("visible=true").click()
    expect(sidebar).to_be_visible()
    root(JOBS)
    expect(sidebar).to_be_visible()


def test_the_sidebar_of_a_phone_is_opened_used_and_closed(root, page):
    page.set_viewport_size(PHONE)
    sidebar = page.locator("#nav-sidebar")
    root("/admin/")
    expect(sidebar).to_be_hidden()
    page.get_by_text("dock_to_right").locator("visible=true").click()
    expect(sidebar).to_be_visible()
    sidebar.get_by_text("close", exact=True).click()
    expect(sidebar).to_be_hidden()
    page.get_by_text("dock_to_right").locator("visible=true").click()
    sidebar.get_by_role("link", name="Jobs").click()
    expect(page).to_have_url(re.compile(f"{JOBS}$"))


def test_the_menu_of_actions_runs_what_is_chosen(root, page):
    job = JobFactory(status=Status.PENDING)
    root(JOBS)
    run = page.get_by_role("button", name="Run")
    expect(run).to_be_hidden()
    page.locator(f"input[name=_selected_action][value='{job.pk}']").check()
    expect(run).to_be_hidden()
    page.locator("select[name=action]").select_option("cancel_selected")
    run.click()
    expect(page.locator("#cancellable li")).to_have_count(1)


def test_the_filters_open_and_filter(root, page):
    JobFactory(name="Waiting one", status=Status.PENDING)
    JobFactory(name="Done one", status=Status.COMPLETED)
    root(JOBS)
    page.locator("#changelist a", has_text="Filters").click()
    page.locator("#changelist-filter").get_by_role("link", name="completed").click()
    expect(page.get_by_role("link", name="Done one", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Waiting one", exact=True)).to_have_count(0)


def test_a_promotion_is_looked_up_in_the_form_of_a_job(root, page):
    PromotionFactory(name="Summer sale")
    root(f"{JOBS}add/")
    page.locator(".select2-selection").click()
    page.locator(".select2-search__field").fill("Summer")
    page.get_by_role("option", name="Summer sale").click()
    page.locator("[name=number_of_codes]").fill("5")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="Cancel job")).to_be_visible()


def test_the_palette_finds_a_page_and_enter_opens_it(root, page):
    root("/admin/")
    page.keyboard.press("Control+k")
    field = page.locator("#search-input-command")
    field.press("Enter")
    field.press_sequentially("grou")
    expect(page.locator("#command-results-list li")).to_have_count(1)
    field.press("ArrowDown")
    field.press("Enter")
    expect(page).to_have_url(re.compile("/admin/auth/group/$"))


def test_groups_are_filled_with_permissions(root, page):
    root("/admin/auth/group/add/")
    page.get_by_label("Name", exact=False).first.fill("Helpers")
    page.locator("#id_permissions_from option").first.dblclick()
    expect(page.locator("#id_permissions_to option")).to_have_count(1)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()


def test_the_docs_are_opened_and_unfolded(root, page):
    root("/docs/")
    cancel = page.locator(".opblock", has_text="/v2/promotions/{promotion_id}/jobs/{job_id}/cancel")
    cancel.locator(".opblock-summary-control").click()
    expect(cancel).to_contain_text("Only pending or processing jobs can be cancelled")
    cancel.get_by_role("button", name="Try it out").click()
    expect(cancel.get_by_role("button", name="Execute")).to_be_visible()
