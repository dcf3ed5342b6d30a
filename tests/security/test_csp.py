"""Every answer tells the browser what its page may load, run and send, and it is little."""

import hashlib
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from backoffice.csp import HEADER
from tests.factories import JobFactory

POLICY = {
    "default-src": ["'self'"],
    "script-src": ["'self'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "object-src": ["'none'"],
    "base-uri": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
VISITORS = [
    "/admin/login/",
    "/admin/",
    "/docs/",
    "/schema/",
    "/nonsense",
    "/v2/promotions",
    "/v2/x",
    "/files/x?Expires=1",
]
STAFF = ["/admin/", "/admin/promotions/promotion/", "/admin/promotions/job/add/", "/admin/promotions/job/nonsense/"]


def policy_of(answer):
    directives = [part.split() for part in answer.headers[HEADER].split("; ")]
    return {name: sources for name, *sources in directives}


@pytest.mark.django_db
@pytest.mark.parametrize("path", VISITORS)
def test_what_a_visitor_gets_has_the_policy(client, path):
    assert policy_of(client.get(path)) == POLICY


@pytest.mark.parametrize("path", STAFF)
def test_the_pages_of_staff_have_the_policy(admin_client, path):
    assert policy_of(admin_client.get(path)) == POLICY


@pytest.mark.django_db
def test_a_fault_of_our_own_and_a_foreign_host_have_the_policy(monkeypatch):
    client = Client(raise_request_exception=False)
    assert policy_of(client.get("/admin/", headers={"Host": "evil.example"})) == POLICY
    monkeypatch.setattr("django.contrib.auth.views.LoginView.dispatch", None)
    answer = client.get("/admin/login/")
    assert (answer.status_code, policy_of(answer)) == (500, POLICY)


@pytest.mark.django_db
def test_no_page_is_shown_in_a_frame_or_guessed_to_be_of_another_type(client):
    for path in VISITORS:
        headers = client.get(path).headers
        assert (headers["X-Frame-Options"], headers["X-Content-Type-Options"]) == ("DENY", "nosniff")


@pytest.mark.django_db
def test_pages_have_no_script_inside_and_no_handler(admin_client):
    job = JobFactory()
    for path in ("", "promotions/job/", f"promotions/job/{job.pk}/change/", f"promotions/job/{job.pk}/cancel/"):
        text = admin_client.get(f"/admin/{path}").content.decode()
        assert text.count("<script") == text.count("<script src=") + text.count('<script id="django-admin-')
        assert "javascript:" not in text
        assert not any(f" {handler}=" in text for handler in ("onclick", "onload", "onchange", "onsubmit", "onerror"))


def test_the_vendored_alpine_is_the_one_that_its_licence_file_names():
    script = Path(finders.find("unfold/js/alpine/alpine.js"))
    licence = script.with_name("alpine.js.LICENSE").read_text()
    assert f"SHA-256 {hashlib.sha256(script.read_bytes()).hexdigest()}" in licence
    assert "MIT License" in licence
