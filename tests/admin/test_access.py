import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from unfold.admin import ModelAdmin

from promotions.models import ApiClient

LIST = "/admin/promotions/apiclient/"


def test_the_page_of_a_client_shows_no_secret_in_any_form(admin_client, api_client_secret):
    client, secret = api_client_secret
    for url in (LIST, f"{LIST}{client.pk}/change/", f"{LIST}{client.pk}/delete/"):
        text = admin_client.get(url).content.decode()
        assert "The shop" in text
        assert secret not in text
        assert client.client_secret not in text
        assert "client_secret" not in text


def test_name_and_access_are_changed_and_nothing_else(admin_client, api_client_secret):
    client, _ = api_client_secret
    before = ApiClient.objects.get(pk=client.pk)
    fields = {"name": "The till", "access": "read", "client_id": "mine", "client_secret": "mine"}
    assert admin_client.post(f"{LIST}{client.pk}/change/", fields).status_code == 302

    client.refresh_from_db()
    assert (client.name, client.access) == ("The till", "read")
    assert (client.client_id, client.client_secret) == (before.client_id, before.client_secret)


def test_a_client_keeps_a_name_because_it_stands_under_who(admin_client, api_client_secret):
    client, _ = api_client_secret
    answer = admin_client.post(f"{LIST}{client.pk}/change/", {"name": "", "access": "read"})
    assert list(answer.context["adminform"].form.errors) == ["name"]


def test_clients_are_not_added_in_the_admin_but_can_be_deleted(admin_client, api_client_secret, get_token):
    client, _ = api_client_secret
    get_token()
    assert admin_client.get(f"{LIST}add/").status_code == 403
    assert admin_client.post(f"{LIST}{client.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not ApiClient.objects.exists()


def test_only_our_models_and_staff_are_in_the_admin_all_in_the_theme():
    registered = {model._meta.label for model in apps.get_models() if admin.site.is_registered(model)}
    assert registered == {
        "auth.Group",
        "auth.User",
        "promotions.ApiClient",
        "promotions.AuditEntry",
        "promotions.Job",
        "promotions.Promotion",
        "promotions.PromotionCode",
        "promotions.Usage",
        "promotions.Webhook",
        "promotions.WebhookDelivery",
    }
    assert all(isinstance(model_admin, ModelAdmin) for model_admin in admin.site._registry.values())


@pytest.mark.parametrize("path", ["", "auth/user/", "auth/user/add/", "auth/group/", "auth/group/add/"])
def test_the_pages_of_staff_and_groups_open(admin_client, path):
    assert admin_client.get(f"/admin/{path}").status_code == 200


def test_a_member_of_staff_is_added_and_given_a_password(admin_client):
    password = {"password1": "a long enough one", "password2": "a long enough one", "usable_password": "true"}
    assert admin_client.post("/admin/auth/user/add/", {"username": "bob", **password}).status_code == 302
    bob = get_user_model().objects.get(username="bob")
    assert bob.check_password("a long enough one")
    assert admin_client.get(f"/admin/auth/user/{bob.pk}/change/").status_code == 200
    assert admin_client.get(f"/admin/auth/user/{bob.pk}/password/").status_code == 200
