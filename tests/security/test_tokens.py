"""API clients and their tokens: what opens the API, and what does not."""

import ast
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import get_resolver, reverse
from rest_framework.test import APIClient

from backoffice import settings
from promotions.models import Promotion
from tests.factories import JobFactory, PromotionFactory

ROOT = Path(__file__).resolve().parent.parent.parent
# What needs no token: getting one, files by signed links, and the answer that an address is none.
OPEN = {"access-token", "file", None}
TO_CALL_OTHERS = {"aiohttp", "ftplib", "httpx", "requests", "smtplib", "urllib3", "http.client", "urllib.request"}


@pytest.mark.django_db
def test_every_address_of_the_api_needs_a_token():
    names = {"promotion_id": "1", "job_id": "1", "usage_id": "1", "code": "1"}
    seen = 0
    for pattern in get_resolver().url_patterns[-1].url_patterns:
        if pattern.name in OPEN:
            continue
        wanted = {name: names[name] for name in pattern.pattern.regex.groupindex}
        for method in ("get", "post", "put", "delete"):
            answer = getattr(APIClient(), method)(reverse(pattern.name, kwargs=wanted))
            assert answer.status_code == 401, (pattern.name, method)
            seen += 1
    assert seen >= 4 * 15


def test_who_is_logged_in_to_the_admin_has_no_token_for_the_api(admin_client):
    job = JobFactory()
    assert admin_client.get("/v2/promotions").status_code == 401
    assert admin_client.post(f"/v2/promotions/{job.promotion.uuid}/jobs/{job.uuid}/cancel").status_code == 401


def test_a_token_opens_no_page_of_the_admin(api):
    assert api.get("/admin/promotions/job/").status_code == 302


def test_the_tokens_of_a_client_end_with_it(api, api_client_secret):
    client, _ = api_client_secret
    assert api.get("/v2/promotions").status_code == 200
    client.delete()
    assert api.get("/v2/promotions").status_code == 401


def test_a_token_that_may_only_read_changes_nothing(get_token):
    promotion = PromotionFactory()
    reader = APIClient()
    reader.credentials(HTTP_AUTHORIZATION=f"Bearer {get_token('read')}")
    url = f"/v2/promotions/{promotion.uuid}"
    assert reader.get(url).status_code == 200
    for method, path in [
        ("POST", "/v2/promotions"),
        ("PUT", url),
        ("DELETE", url),
        ("POST", f"{url}/jobs"),
        ("POST", f"{url}/codes"),
        ("DELETE", f"{url}/codes"),
        ("POST", "/v2/promotions/codes/redeem"),
        ("POST", "/v2/promotions/usages/anonymize"),
    ]:
        assert reader.generic(method, path, "{}", content_type="application/json").status_code == 403, (method, path)
    assert Promotion.objects.present().filter(pk=promotion.pk).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["authorize", "token", "revoke_token", "introspect", "applications/", "device"])
def test_nothing_of_oauth_but_the_token_is_served(path):
    assert APIClient().post(f"/oauth/{path}").status_code == 404


def test_what_is_not_there_and_what_is_another_promotions_look_alike(api):
    job, other = JobFactory(), PromotionFactory()
    unknown = "00000000-0000-4000-8000-000000000000"
    answers = [api.get(f"/v2/promotions/{other.uuid}/jobs/{one}") for one in (job.uuid, unknown)]
    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].content == answers[1].content


def test_ids_cannot_be_counted_through(api):
    """They are random, and the keys of the database are none."""
    job = JobFactory()
    assert job.uuid.version == job.promotion.uuid.version == 4
    assert api.get(f"/v2/promotions/{job.promotion.pk}").status_code == 404
    assert api.get(f"/v2/promotions/{job.promotion.uuid}/jobs/{job.pk}").status_code == 404


def test_passwords_of_staff_are_hashed_slowly_and_weak_ones_refused(admin_client):
    assert not hasattr(settings, "PASSWORD_HASHERS")
    fields = {"username": "bob", "password1": "password", "password2": "password", "usable_password": "true"}
    assert admin_client.post("/admin/auth/user/add/", fields).status_code == 200
    assert not get_user_model().objects.filter(username="bob").exists()


def test_get_changes_nothing_in_the_admin(admin_client):
    job = JobFactory()
    for path in (f"job/{job.pk}/cancel/", f"job/{job.pk}/delete/", f"promotion/{job.promotion.pk}/delete/"):
        admin_client.get(f"/admin/promotions/{path}?post=yes")
    admin_client.get(f"/admin/promotions/job/?action=cancel_selected&_selected_action={job.pk}&post=yes")
    assert admin_client.get("/admin/logout/").status_code == 405
    job.refresh_from_db()
    assert job.status == "pending"
    assert Promotion.objects.present().filter(pk=job.promotion.pk).exists()


@pytest.mark.parametrize(
    "path",
    ["", "promotions/promotion/", "promotions/job/add/", "auth/user/", "autocomplete/", "search/?s=a"],
)
@pytest.mark.django_db
def test_a_visitor_sees_nothing_of_the_admin(path):
    answer = Client().get(f"/admin/{path}")
    assert answer.status_code == 302


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_nothing_but_webhooks_calls_another_host():
    """So nobody can have the server call one for them, but by way of what guards the webhooks."""
    modules = [path for package in ("backoffice", "promotions") for path in (ROOT / package).rglob("*.py")]
    assert len(modules) > 50
    assert [path.name for path in modules if TO_CALL_OTHERS & set(imports_of(path))] == ["send.py"]
