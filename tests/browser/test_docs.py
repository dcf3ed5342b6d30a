import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_documentation_shows_the_operations_and_asks_no_other_host(page, live_server):
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message) if message.type == "error" else None)
    page.goto(f"{live_server.url}/docs/")
    expect(page.get_by_text("/v2/promotions/{promotion_id}/jobs/{job_id}/cancel")).to_be_visible()
    page.get_by_text("Cancel a job", exact=True).click()
    expect(page.get_by_text("A pending job is cancelled at once.")).to_be_visible()
    assert said == []
    assert all(url.startswith((live_server.url, "data:")) for url in asked), asked
