"""The files in deploy/: that those who read them take them, and that what they name is there."""

import os
import re
import secrets
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.nginx import filled_in
from tests.processes import ROOT

BIN = Path(sys.executable).parent
UNITS = ROOT / "deploy/systemd"

pytestmark = pytest.mark.once


def ran(*command, **arguments):
    """Runs the command, which must succeed; its output is shown when it does not."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def units(tmp_path):
    """The shipped units with the paths of this machine; of the workers, the first."""
    here = {"/opt/promotions/current": str(ROOT), "/etc/promotions/promotions.env": "/dev/null"}
    for unit in UNITS.iterdir():
        text = unit.read_text()
        changes = {path: value for path, value in here.items() if path in text}
        text = filled_in(text, changes).replace(f"{ROOT}/.venv/bin", str(BIN))
        (tmp_path / unit.name.replace("@.", "@1.")).write_text(text)
    return sorted(map(str, tmp_path.iterdir()))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed (Debian: systemd)")
def test_systemd_takes_the_units(units):
    assert ran("systemd-analyze", "verify", *units) == ""


def test_the_target_starts_the_web_process_and_two_workers():
    wanted = re.search("^Wants=(.*)$", (UNITS / "promotions.target").read_text(), re.MULTILINE)[1].split()
    assert wanted == ["promotions-web.service", "promotions-worker@1.service", "promotions-worker@2.service"]
    for unit in wanted:
        assert "PartOf=promotions.target" in (UNITS / re.sub("@.", "@", unit)).read_text()


@pytest.mark.skipif(not (BIN / "hadolint").exists(), reason="hadolint is not installed on this kind of machine")
def test_hadolint_takes_the_dockerfile():
    assert ran(BIN / "hadolint", ROOT / "deploy/Dockerfile") == ""


def test_compose_takes_its_file():
    ran(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / "deploy/compose.yaml")


def test_every_variable_of_compose_is_explained_in_its_example():
    used = set(re.findall(r"\$\{(\w+)", (ROOT / "deploy/compose.yaml").read_text()))
    explained = set(
        re.findall(r"^(?:# )?([A-Z0-9_]+)=", (ROOT / "deploy/compose.env.example").read_text(), re.MULTILINE)
    )
    assert used == explained


def test_production_gets_the_very_versions_that_are_tested():
    locked = [
        # Where a package is needed may differ, its version and its checksums may not.
        {line.partition(" ;")[0].rstrip(" \\") for line in (ROOT / path).read_text().splitlines()}
        for path in ("deploy/requirements.lock", "deploy/requirements-tracing.lock", "requirements.lock")
    ]
    assert locked[0] < locked[1] < locked[2]


def test_what_the_image_holds_is_enough_to_run(tmp_path):
    """The Dockerfile's own files and packages, without what only developers have."""
    dockerfile = (ROOT / "deploy/Dockerfile").read_text()
    for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE):
        *sources, target = shlex.split(line)
        for source in sources:
            copy(ROOT / source, tmp_path / target)
    python = tmp_path / ".venv/bin/python"
    ran(BIN / "uv", "venv", "--quiet", "--python", sys.executable, tmp_path / ".venv")
    sync = re.search(r"^RUN \.venv/bin/uv (pip sync .*)$", dockerfile, re.MULTILINE)[1]
    command = shlex.split(sync.replace("--no-cache", "").replace(".venv/bin/python", str(python)))
    cache = {"UV_CACHE_DIR": str(ROOT / "var/cache/uv")}
    ran(BIN / "uv", *command, cwd=tmp_path, env=os.environ | cache)
    settings = {"SECRET_KEY": secrets.token_urlsafe(48), "ALLOWED_HOSTS": "a.example", "BEHIND_PROXY": "true"}
    environment = {"PATH": os.environ["PATH"], **settings}
    told = ran(python, "manage.py", "check", "--deploy", "--fail-level", "ERROR", cwd=tmp_path, env=environment)
    assert "no issues" in told
    ran(python, "-c", "import backoffice.wsgi, gunicorn", cwd=tmp_path, env=environment)
    # What is only imported when a setting says so.
    everything = environment | {"S3_BUCKET": "x", "TASKS_URL": "redis://127.0.0.1", "CACHE_URL": "redis://127.0.0.1"}
    ran(python, "manage.py", "check", cwd=tmp_path, env=everything)
    ran(python, "-c", "import backoffice.wsgi, backoffice.storage.s3", cwd=tmp_path, env=everything)


def copy(source, target):
    """As COPY does: a folder's content, or a file into a folder that ends in a slash."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        return
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)
