"""Elastic Path's own JavaScript libraries, unmodified, against a live server and a real worker."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("library", ["@elasticpath/js-sdk", "@moltin/sdk"])
def test_the_library_drives_promotions_codes_jobs_and_exports(
    library, drive, live_server, start_worker, api_client_secret
):
    start_worker()
    client, secret = api_client_secret
    said = drive("drive.mjs", library, live_server.url.removeprefix("http://"), client.client_id, secret)
    assert said["created"]["data"] == said["read"]["data"]
    assert said["added"]["data"]["id"] == said["created"]["data"]["id"]
    assert [code["code"] for code in said["codes"]["data"]] == ["ABC-1", "ABC-2", "ABC-3"]
    assert [one["id"] for one in said["foundByCode"]["data"]] == [said["created"]["data"]["id"]]
    assert [code["code"] for code in said["codesLeft"]["data"]] == ["ABC-3"]
    assert said["completed"]["status"] == "completed"
    assert said["completed"]["result"] == {"generated": 5}
    [fault] = said["refusedCancel"]["errors"]
    assert (fault["status"], fault["detail"]) == ("422", "Only pending or processing jobs can be cancelled")
    assert said["refusedSecond"]["errors"][0]["title"] == "Too many jobs"
    assert said["cancel"]["data"]["status"] in ("cancelled", "cancelling")
    # Only the newer library has a function that cancels.
    has_function = library == "@elasticpath/js-sdk"
    assert said["cancel"]["data"].get("rule_promotion_id") == (said["created"]["data"]["id"] if has_function else None)
    assert said["cancelled"]["status"] == "cancelled"
    assert [job["id"] for job in said["filtered"]["data"]] == [said["second"]["data"]["id"]]
    assert len(said["allAfterJobs"]["data"]) == 1
    assert said["exported"]["status"] == "completed"
    assert len(said["csv"].splitlines()) == 1 + 6  # the heading, one code added by hand, five generated
    assert said["updated"]["data"]["name"] == "renamed"
    assert [version["name"] for version in said["history"]["data"]] == ["renamed", f"js {library}"]
    assert said["refusedAfterDeletion"]["errors"][0]["detail"] == "promotion not found"
