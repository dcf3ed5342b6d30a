"""`manage.py create_api_client`: the client it makes, and the one time that its secret is seen."""

from urllib.parse import urlencode

import pytest

from promotions.models import ApiClient

pytestmark = pytest.mark.django_db


def shown(ran):
    return dict(line.split() for line in ran.lines)


def test_the_client_is_confidential_and_uses_client_credentials(run):
    assert run("create_api_client", "Shop").status == 0
    client = ApiClient.objects.get()
    assert (client.name, client.access) == ("Shop", ApiClient.Access.READ_WRITE)
    assert client.client_type == ApiClient.CLIENT_CONFIDENTIAL
    assert client.authorization_grant_type == ApiClient.GRANT_CLIENT_CREDENTIALS


def test_id_and_secret_are_printed_and_the_secret_is_stored_hashed_only(run):
    ran = run("create_api_client", "Shop")
    client = ApiClient.objects.get()
    assert list(shown(ran)) == ["client_id", "client_secret"]
    assert shown(ran)["client_id"] == client.client_id
    assert len(shown(ran)["client_secret"]) >= 64
    assert shown(ran)["client_secret"] not in client.client_secret
    assert ran.err == "Keep the secret now: it is not shown again.\n"


def test_what_is_printed_gets_a_token(run, client):
    made = run("create_api_client", "Shop", "--json").json
    form = {key: made[key] for key in ("client_id", "client_secret")} | {"grant_type": "client_credentials"}
    answer = client.post("/oauth/access_token", urlencode(form), content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert answer.json()["access_token"]


def test_a_client_can_be_made_that_only_reads(run):
    run("create_api_client", "Reports", "--read-only")
    assert ApiClient.objects.get().access == ApiClient.Access.READ


def test_json_has_id_secret_name_and_access_and_is_alone_on_stdout(run):
    ran = run("create_api_client", " Shop ", "--json")
    client = ApiClient.objects.get()
    assert list(ran.json) == ["client_id", "client_secret", "name", "access"]
    assert (ran.json["client_id"], ran.json["name"], ran.json["access"]) == (client.client_id, "Shop", "read write")


@pytest.mark.parametrize("name", ["", "  "])
def test_an_empty_name_is_refused(run, name):
    ran = run("create_api_client", name)
    assert (ran.status, ran.out, ran.err) == (1, "", "Error: The name must not be empty.\n")


def test_a_taken_name_is_refused(run):
    run("create_api_client", "Shop")
    ran = run("create_api_client", "Shop")
    assert (ran.status, ran.out, ran.err) == (1, "", "Error: There is an API client named Shop already.\n")
    assert ApiClient.objects.count() == 1


def test_a_name_that_is_too_long_is_refused(run):
    ran = run("create_api_client", "x" * 256)
    assert ran.status == 1
    assert "at most 255 characters" in ran.err
