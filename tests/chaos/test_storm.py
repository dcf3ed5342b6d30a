"""A short storm; `make chaos` lets it blow for longer."""

import json
import os
import subprocess
import sys

from tests.processes import ROOT, other_database_url


def test_after_a_storm_everything_has_ended_and_is_exact(tmp_path):
    figures = tmp_path / "figures.json"
    # Its own database is made and dropped beside this one: it must not be the tests' own.
    own = {"DATABASE_URL": other_database_url("storm"), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    storm = [sys.executable, "-m", "tests.chaos.storm", "--seconds", "12", "--json", str(figures)]
    ran = subprocess.run(
        storm, cwd=ROOT, env=os.environ | own, capture_output=True, text=True, timeout=300, check=False
    )
    assert figures.exists(), ran.stderr
    told = json.loads(figures.read_text())
    assert told["findings"] == []
    assert ran.returncode == 0, ran.stderr

    assert sum(told["faults"].values()) > 0
    assert told["codes_made"] > 0
    assert told["redeemed"] > 0
