"""Getting a token, as the contract has it and as clients do it."""

import time

import pytest
from oauth2_provider.models import get_access_token_model
from rest_framework.test import APIClient

from promotions.models import ApiClient
from tests.factories import PromotionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(api_client_secret):
    client, secret = api_client_secret
    return f"grant_type=client_credentials&client_id={client.client_id}&client_secret={secret}"


def ask(body, content_type="application/x-www-form-urlencoded", path="/oauth/access_token"):
    return APIClient().generic("POST", path, body, content_type=content_type)


@pytest.mark.parametrize("path", ["/oauth/access_token", "/oauth/access_token/"])
@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "application/json", "text/plain"])
def test_client_credentials_give_a_flat_token_whatever_the_content_type_says(form, path, content_type):
    answer = ask(form, content_type, path)
    assert answer.status_code == 200
    token = answer.json()
    assert token["identifier"] == "client_credentials"
    assert token["token_type"] == "Bearer"
    assert token["expires_in"] == 3600
    assert type(token["expires"]) is int
    assert abs(token["expires"] - time.time() - 3600) < 30
    assert set(token) == {"expires", "identifier", "expires_in", "access_token", "token_type"}


def test_the_token_opens_the_api(form):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {ask(form).json()['access_token']}")
    PromotionFactory()
    assert client.get("/v2/promotions").status_code == 200


def test_neither_token_nor_secret_is_stored_in_the_clear(form, api_client_secret):
    token = ask(form).json()["access_token"]
    row = get_access_token_model().objects.values().get()
    assert token not in str(row)
    assert api_client_secret[1] not in str(ApiClient.objects.values().get())


def test_a_wrong_secret_is_unauthorised(form):
    answer = ask(form + "x")
    assert answer.status_code == 401
    assert answer.json() == {"errors": [{"status": "401", "title": "Unauthorized"}]}


@pytest.mark.parametrize("body", ["", "grant_type=implicit&client_id=x", "{", "[]", "\x00", "grant_type=password", "1"])
def test_another_grant_or_nonsense_is_a_bad_request(body, db):
    answer = ask(body)
    assert answer.status_code in (400, 401)
    assert answer.json()["errors"][0]["status"] == str(answer.status_code)


def test_a_client_that_may_only_read_gets_no_more_than_that(form):
    ApiClient.objects.update(access=ApiClient.Access.READ)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {ask(form).json()['access_token']}")
    assert client.get("/v2/promotions").status_code == 200
    assert client.post("/v2/promotions", {}, format="json").status_code == 403
    assert ask(form + "&scope=write").status_code == 400


def test_get_is_not_allowed(db):
    assert APIClient().get("/oauth/access_token").status_code == 405
