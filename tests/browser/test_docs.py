"""The API's documentation in a browser."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def told(page):
    """What the page asks for, and what its console complains about."""
    requests, complaints = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
    return requests, complaints


def is_complaint(message):
    # Without HTTPS the browser says of this header of Django's that it leaves it out.
    return message.type == "error" and not message.text.startswith("The Cross-Origin-Opener-Policy header has been")


@pytest.fixture
def host(live_server):
    """The server under a name that is not the machine's own, as shops have it: for those Swagger UI would ask a
    validator on the internet."""
    return live_server.url.replace("localhost", "testserver")


def test_swagger_ui_shows_the_cancel_and_asks_no_other_host_for_anything(page, host, told):
    requests, complaints = told
    page.goto(f"{host}/docs/")
    cancel = page.locator(".opblock", has_text="/v2/promotions/{promotion_id}/jobs/{job_id}/cancel")
    expect(cancel).to_contain_text("Cancel a job")
    cancel.locator(".opblock-summary-control").click()
    expect(cancel).to_contain_text("Only pending or processing jobs can be cancelled")
    expect(page.locator(".errors-wrapper")).to_have_count(0)
    page.wait_for_load_state("networkidle")

    # Pictures inside the style sheet are no requests to a host.
    hosts = {urlsplit(url).hostname for url in requests if not url.startswith("data:")}
    assert hosts == {"testserver"}
    assert complaints == []


def test_the_page_has_no_script_inside(page, host):
    page.goto(f"{host}/docs/")
    expect(page.locator("#swagger-ui")).to_be_attached()
    assert page.locator("script:not([src])").count() == 0


def test_one_can_log_in_and_call_the_api_from_the_page(page, host, api_client_secret):
    client, secret = api_client_secret
    page.goto(f"{host}/docs/")
    page.get_by_role("button", name="Authorize").first.click()
    dialog = page.locator(".auth-container")
    dialog.get_by_label("client_id:").fill(client.client_id)
    dialog.get_by_label("client_secret:").fill(secret)
    dialog.get_by_role("button", name="Apply given OAuth2 credentials").click()
    expect(dialog).to_contain_text("Authorized")
    page.get_by_role("button", name="Close").click()

    list_promotions = page.locator("#operations-Promotions-listPromotions")
    list_promotions.locator(".opblock-summary-control").click()
    list_promotions.get_by_role("button", name="Try it out").click()
    list_promotions.get_by_role("button", name="Execute").click()
    expect(list_promotions.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
