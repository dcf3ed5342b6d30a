"""A server, a worker and a folder in which what the docs say can be done."""

import os
import shutil
import sys

import pytest

from tests.docs.pages import Shell
from tests.processes import ROOT, database_url

NEEDED = ("bash", "curl", "jq")


@pytest.fixture
def folder(tmp_path):
    """A folder that looks like a clone that has been set up, to the commands of the docs."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "manage.py").symlink_to(ROOT / "manage.py")
    return tmp_path


@pytest.fixture
def environment(live_server):
    """The environment in which commands work on the database of the server."""
    return os.environ | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "tests.settings"}


@pytest.fixture
def as_a_client(live_server, api_client_secret):
    """The variables with which the programs of the docs find the server and get in."""
    client, secret = api_client_secret
    return {"PROMOTIONS_URL": live_server.url, "CLIENT_ID": client.client_id, "CLIENT_SECRET": secret}


@pytest.fixture
def shell(folder, environment):
    """Opens a shell in that folder, with these variables, too. What it needs is there in CI."""
    if missing := [name for name in NEEDED if shutil.which(name) is None]:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"not there: {', '.join(missing)}")
    opened = []

    def open_shell(**variables):
        opened.append(Shell(folder, environment | variables))
        return opened[-1]

    yield open_shell
    for one in opened:
        one.end()
