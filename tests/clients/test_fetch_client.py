"""The client of Elastic Path's generated SDK, @hey-api/client-fetch, with the calls that the generated functions make.

The generated functions themselves are on no registry. They send bare bodies where others wrap, name no type where
they send nothing, and encode every part of an address.
"""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_generated_calls_drive_promotions_codes_jobs_and_exports(
    drive, live_server, start_worker, api_client_secret
):
    start_worker()
    client, secret = api_client_secret
    said = drive("drive_fetch.mjs", live_server.url, client.client_id, secret)

    statuses = {step: answer["status"] for step, answer in said.items() if isinstance(answer, dict)}
    succeeded = {"created": 201, "read": 200, "listed": 200, "updated": 200, "added": 201, "codes": 200}
    assert {step: statuses[step] for step in succeeded} == succeeded
    created = said["created"]["data"]["data"]
    assert said["read"]["data"]["data"] == created
    assert [one["id"] for one in said["listed"]["data"]["data"]] == [created["id"]]
    assert said["updated"]["data"]["data"]["name"] == "hey2"
    assert said["added"]["data"]["data"]["id"] == created["id"]
    assert [code["code"] for code in said["codes"]["data"]["data"]] == ["HEY/1 a", "HEY-2", "HEY-3"]

    assert (said["deletedOne"]["status"], said["deletedOne"]["data"]) == (204, {})
    assert said["deletedNone"]["status"] == 400
    assert said["deletedNone"]["error"]["errors"][0]["detail"] == "codes is required"
    assert said["deletedNamed"]["status"] == 204
    assert [code["code"] for code in said["codesLeft"]["data"]["data"]] == ["HEY-3"]

    assert said["job"]["status"] == 201
    assert said["completed"]["status"] == "completed"
    assert said["completed"]["result"] == {"generated": 5}
    [fault] = said["refusedCancel"]["error"]["errors"]
    assert (fault["status"], fault["detail"]) == ("422", "Only pending or processing jobs can be cancelled")
    assert said["cancel"]["status"] == 200
    assert said["cancel"]["data"]["data"]["status"] in ("cancelled", "cancelling")
    assert said["cancelled"]["status"] == "cancelled"
    assert [job["id"] for job in said["filtered"]["data"]["data"]] == [said["second"]["data"]["data"]["id"]]

    assert said["exported"]["status"] == "completed"
    assert said["file"]["status"] == 200
    assert len(said["csv"].splitlines()) == 1 + 6  # the heading, one code added by hand, five generated

    assert [version["name"] for version in said["history"]["data"]["data"]] == ["hey2", "hey"]
    assert said["deleted"]["status"] == 204
    assert said["refusedAfterDeletion"]["status"] == 404
