"""Several machines against one PostgreSQL and one storage: whoever is cut off, others finish, exactly."""

import json
import os
import subprocess
import sys

import pytest
from django.db import connection

from tests.deploy.many_hosts.hosts import are_possible
from tests.deploy.nginx import needs_nginx
from tests.processes import ROOT


@needs_nginx
@pytest.mark.skipif(connection.vendor == "sqlite", reason="several machines need PostgreSQL")
@pytest.mark.skipif(not are_possible(), reason="network namespaces need root on Linux, and the program ip")
def test_when_a_worker_host_is_cut_off_and_a_web_host_loses_power_the_others_finish_exactly(tmp_path):
    """Briefly; `make chaos` has hosts fail at random for longer."""
    file = tmp_path / "figures.json"
    how = ["--codes", "200000", "--seconds", "0", "--hurry", "--json", str(file)]
    ran = subprocess.run(
        [sys.executable, "-m", "tests.deploy.many_hosts", *how],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert file.exists(), ran.stderr
    told = json.loads(file.read_text())
    assert told["findings"] == []
    assert told["taken_over"] == 1
    assert told["rows_by_presigned_link"] == 200_001
    assert set(told["answers_while_a_web_host_was_away"]) == {"200"}
    assert ran.returncode == 0, ran.stderr
