"""Language and time zone of a user who has set up nothing, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.staff import PASSWORD, new_ann
from tests.factories import JobFactory


@pytest.fixture
def german(browser):
    """A tab of a browser in Berlin that asks for German."""
    context = browser.new_context(timezone_id="Europe/Berlin", locale="de-DE", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    broken = []
    page.on("pageerror", lambda error: broken.append(error))
    page.on("console", lambda message: broken.append(message.text) if "Content Security Policy" in message.text else 0)
    yield page
    context.close()
    assert not broken


def log_in(page, live_server):
    new_ann(is_superuser=True)
    page.goto(f"{live_server.url}/admin/")
    page.locator("#id_username").fill("ann")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    expect(page.locator("#time-zone")).to_be_visible()


def test_the_first_page_after_the_login_is_in_language_and_zone_of_the_browser(german, live_server):
    log_in(german, live_server)
    expect(german.get_by_role("heading", name="Laufende und wartende Aufträge")).to_be_visible()
    expect(german.locator("#time-zone")).to_have_text("Zeiten in der Zeitzone Europe/Berlin.")


def test_another_language_is_chosen_in_the_menu_of_the_user(german, live_server):
    log_in(german, live_server)
    german.get_by_text("ann", exact=True).first.click()
    german.get_by_role("button", name="Français").click()
    expect(german.get_by_role("heading", name="Tâches en cours et en attente")).to_be_visible()
    assert german.url == f"{live_server.url}/admin/"


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("language", ["de", "fr"])
def test_longer_words_do_not_make_a_page_wider_than_the_window(german, live_server, language, width):
    job = JobFactory()
    log_in(german, live_server)
    german.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    german.set_viewport_size({"width": width, "height": 844})
    promotion = f"promotion/{job.promotion.pk}"
    for path in (
        "",
        f"promotions/{promotion}/change/",
        f"promotions/{promotion}/generate/",
        f"promotions/job/{job.pk}/change/",
    ):
        german.goto(f"{live_server.url}/admin/{path}")
        assert german.evaluate("document.documentElement.scrollWidth") <= width, path
