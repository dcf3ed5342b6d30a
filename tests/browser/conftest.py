"""A real browser. Without one these tests are skipped, but never in CI."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.staff import PASSWORD, new_ann

# The browser's loop runs in the tests' thread, where Django would otherwise refuse to reach the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def browser():
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        missing = f"no browser found: none of {', '.join(NAMES)} is on the PATH"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP testserver 127.0.0.1"],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """An empty tab that fails the test when a script of the page breaks."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    broken = []
    page.on("pageerror", lambda error: broken.append(error))
    yield page
    context.close()
    assert not broken


@pytest.fixture
def page_without_scripts(browser):
    """An empty tab in which no script runs."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def log_in(live_server):
    """Makes ann with these permissions, who logs in with her password in a tab and comes to an address of the admin."""

    def as_ann(page, path, *permissions):
        new_ann(permissions)
        page.goto(f"{live_server.url}/admin/login/?next={path}")
        page.get_by_label("Username").fill("ann")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        return page

    return as_ann


@pytest.fixture
def open_as_ann(page, log_in):
    """Opens an address of the admin for ann, who has these permissions and logs in with her password."""
    return lambda path, *permissions: log_in(page, path, *permissions)
