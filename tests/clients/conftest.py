"""Runs real client libraries against the live server."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent / "js"


@pytest.fixture(scope="session")
def libraries(tmp_path_factory):
    """A folder with the libraries, as package-lock.json has them, and the programs that drive them."""
    if not shutil.which("npm"):
        pytest.skip("Node is not there to run the libraries with")
    folder = tmp_path_factory.mktemp("js")
    for file in filter(Path.is_file, HERE.iterdir()):
        shutil.copy(file, folder)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder, check=True, timeout=300)
    return folder


@pytest.fixture
def drive(libraries):
    """Runs a program with the given arguments; what it has printed last, as JSON."""

    def run(*arguments):
        ran = subprocess.run(
            ["node", *arguments], cwd=libraries, capture_output=True, text=True, timeout=120, check=False
        )
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout.splitlines()[-1])  # a library may talk to itself before

    return run
