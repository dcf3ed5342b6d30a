"""Elastic Path's own JavaScript libraries, unmodified, against a live server and a real worker."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent / "js"

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not shutil.which("npm"), reason="Node is not there to run the libraries with"),
]


@pytest.fixture(scope="session")
def libraries(tmp_path_factory):
    """A folder with the libraries, as package-lock.json has them."""
    folder = tmp_path_factory.mktemp("js")
    for name in ("package.json", "package-lock.json", "drive.mjs"):
        shutil.copy(HERE / name, folder)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder, check=True, timeout=300)
    return folder


@pytest.mark.parametrize("library", ["@elasticpath/js-sdk", "@moltin/sdk"])
def test_the_library_drives_promotions_codes_jobs_and_exports(
    library, libraries, live_server, start_worker, api_client_secret
):
    start_worker()
    client, secret = api_client_secret
    host = live_server.url.removeprefix("http://")
    ran = subprocess.run(
        ["node", "drive.mjs", library, host, client.client_id, secret],
        cwd=libraries,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout.splitlines()[-1])  # the library talks to itself before
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
    assert said["cancelled"]["status"] == "cancelled"
    assert [job["id"] for job in said["filtered"]["data"]] == [said["second"]["data"]["id"]]
    assert len(said["allAfterJobs"]["data"]) == 1
    assert said["exported"]["status"] == "completed"
    assert len(said["csv"].splitlines()) == 1 + 6  # the heading, one code added by hand, five generated
