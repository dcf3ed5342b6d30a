"""What browsers are told in production: the settings of docs/settings.md, over the whole way of a request."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from tests.factories import UserFactory

ROOT = Path(__file__).resolve().parent.parent.parent
SHOW = """
import json
from tests import production

noticed = ("SESSION_", "CSRF_", "SECURE_", "X_FRAME_", "DEBUG", "ALLOWED_HOSTS")
print(json.dumps({name: value for name, value in vars(production).items() if name.startswith(noticed)}))
"""
HOST = "promotions.example.com"


@pytest.fixture(scope="module")
def production():
    """The settings that browsers notice, as they are in production."""
    environment = {"PATH": os.environ["PATH"]}
    ran = subprocess.run(
        [sys.executable, "-c", SHOW], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(ran.stdout)


@pytest.fixture
def browser(db, settings, production):
    """A client that comes to the production's host by a proxy that speaks HTTPS."""
    for name, value in production.items():
        setattr(settings, name, tuple(value) if name == "SECURE_PROXY_SSL_HEADER" else value)
    user = UserFactory(username="ann")
    user.set_password("correct horse")
    user.save()
    return Client(headers={"Host": HOST, "X-Forwarded-Proto": "https"}, enforce_csrf_checks=True)


def log_in(browser):
    page = browser.get("/admin/login/")
    token = page.context["csrf_token"]
    form = {"username": "ann", "password": "correct horse", "csrfmiddlewaretoken": str(token)}
    headers = {"Origin": f"https://{HOST}"}
    return browser.post("/admin/login/?next=/admin/", form, headers=headers)


def test_cookies_are_sent_over_https_only_hidden_from_scripts_and_kept_from_other_sites(browser):
    assert log_in(browser).status_code == 302
    for name in ("sessionid", "csrftoken"):
        cookie = browser.cookies[name]
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
        assert (cookie["domain"], cookie["path"]) == ("", "/")


def test_the_session_is_another_after_the_login(browser):
    browser.cookies["sessionid"] = "planted-by-somebody-else"
    log_in(browser)
    assert browser.cookies["sessionid"].value != "planted-by-somebody-else"


def test_browsers_are_told_to_come_back_over_https_for_a_year(browser):
    answer = browser.get("/admin/login/")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


def test_plain_http_is_redirected_for_pages_and_refused_for_the_api(browser):
    page = browser.get("/admin/login/", headers={"X-Forwarded-Proto": "http"})
    assert (page.status_code, page.headers["Location"]) == (301, f"https://{HOST}/admin/login/")
    call = browser.get("/v2/promotions", headers={"X-Forwarded-Proto": "http"})
    assert (call.status_code, call.json()["errors"][0]["detail"]) == (403, "Use https://")


def test_pages_tell_other_sites_nothing_and_stand_in_no_frame(browser):
    headers = browser.get("/admin/login/").headers
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_pages_of_staff_are_in_no_cache(browser):
    log_in(browser)
    answer = browser.get("/admin/")
    assert (answer.status_code, "no-store" in answer.headers["Cache-Control"]) == (200, True)


def test_a_form_from_another_site_is_refused(browser):
    log_in(browser)
    answer = browser.post("/admin/logout/", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_another_host_is_refused_and_a_fault_shows_nothing_of_the_inside(browser, monkeypatch):
    assert browser.get("/admin/login/", headers={"Host": "evil.example"}).status_code == 400
    monkeypatch.setattr("django.contrib.auth.views.LoginView.dispatch", None)
    browser.raise_request_exception = False
    answer = browser.get("/admin/login/")
    assert answer.status_code == 500
    assert not any(word in answer.content.decode() for word in ("Traceback", "settings", "TypeError"))


def test_the_secret_key_must_be_given_and_debug_is_off_unless_asked_for(production):
    assert production["DEBUG"] is False
    # An empty value, lest a file .env give one.
    environment = {"PATH": os.environ["PATH"], "SECRET_KEY": "", "DJANGO_SETTINGS_MODULE": "backoffice.settings"}
    ran = subprocess.run(
        [sys.executable, "-c", "from django.conf import settings; settings.SECRET_KEY"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode != 0
    assert "SECRET_KEY" in ran.stderr
