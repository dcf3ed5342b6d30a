"""The program of the page on js-sdk, with the real library."""

import json

import pytest

from tests.docs.pages import steps

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_page_on_js_sdk_is_a_program_that_runs(
    libraries, drive, live_server, start_worker, api_client_secret, monkeypatch
):
    start_worker()
    client, secret = api_client_secret
    monkeypatch.setenv("PROMOTIONS_HOST", live_server.url.removeprefix("http://"))
    monkeypatch.setenv("PROMOTIONS_PROTOCOL", "http")
    monkeypatch.setenv("CLIENT_ID", client.client_id)
    monkeypatch.setenv("CLIENT_SECRET", secret)
    [program] = steps("how-to/js-sdk.md", "js")
    (libraries / "guide.mjs").write_text(program.code)
    assert drive("guide.mjs") == json.loads(program.shown)
