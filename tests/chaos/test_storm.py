"""A short storm; `make chaos` lets it blow for longer."""

import json
import os
import subprocess
import sys

from tests.processes import ROOT, database_url


def test_after_a_storm_everything_has_ended_and_is_exact(tmp_path):
    figures = tmp_path / "figures.json"
    # It makes and drops a database, which must not be that of the other tests.
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": database_url("storm")}
    storm = [sys.executable, "-m", "tests.chaos.storm", "--seconds", "12", "--json", str(figures)]
    ran = subprocess.run(storm, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert figures.exists(), ran.stderr
    told = json.loads(figures.read_text())
    assert told["findings"] == []
    assert ran.returncode == 0, ran.stderr
    # That it blew at all.
    assert sum(told["faults"].values()) > 3
    assert told["codes_made"] > 0
    assert told["redeemed"] > 0
