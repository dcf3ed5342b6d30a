"""What holds for every page of the admin: everyone can use it, in light and in dark, and it fits onto a phone."""

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.test import Client
from playwright.sync_api import expect

from promotions.admin.job import JobAdmin
from tests.browser.axe import CONTRAST, faults
from tests.browser.shop import APP, fill

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 390, "height": 844}
GO_DARK = "document.documentElement.classList.add('dark')"
WIDER_THAN_THE_SCREEN = "document.documentElement.scrollWidth > window.innerWidth"


@pytest.fixture
def boss(page, live_server):
    """Opens addresses for a superuser."""
    user = get_user_model().objects.create_superuser("boss", email="boss@example.com", password="correct horse")
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    return lambda path: page.goto(live_server.url + path)


def faults_in_light_and_dark(page):
    """All faults of the page as it stands; in the dark only those that may differ there."""
    page.add_style_tag(content="* { transition: none !important; animation: none !important }")
    found = faults(page)
    page.evaluate(GO_DARK)
    return found + [f"in the dark, {fault}" for fault in faults(page, CONTRAST)]


def test_nothing_keeps_anyone_from_using_a_page(boss, page):
    found = {}
    for path in fill():
        boss(path)
        if wrong := faults_in_light_and_dark(page):
            found[path] = wrong
    assert not found, "\n".join(f"{path}\n    " + "\n    ".join(wrong) for path, wrong in found.items())


def test_nor_the_pages_for_those_who_are_not_let_in(page, live_server, settings, monkeypatch):
    settings.AXES_FAILURE_LIMIT = 2
    page.goto(f"{live_server.url}/admin/login/")
    assert not faults_in_light_and_dark(page)
    for _ in range(2):
        page.get_by_label("Username").fill("ann")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Log in").click()
        page.wait_for_load_state("load")
        assert not faults_in_light_and_dark(page)
    expect(page.get_by_text("Too many wrong passwords")).to_be_visible()


@pytest.mark.parametrize(("error", "status"), [(OperationalError, 503), (PermissionDenied, 403), (ValueError, 500)])
def test_nor_the_pages_that_say_what_went_wrong_and_what_to_do(boss, page, monkeypatch, error, status):
    def broken(*arguments):
        raise error

    monkeypatch.setattr(JobAdmin, "get_queryset", broken)
    assert boss(f"{APP}job/").status == status
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        assert not faults(page)


def test_no_page_is_wider_than_a_phone(boss, page):
    page.set_viewport_size(PHONE)
    wide = []
    for path in fill():
        boss(path)
        if page.evaluate(WIDER_THAN_THE_SCREEN):
            wide.append(path)
    assert not wide
