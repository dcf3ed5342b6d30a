"""The back office behind its proxy, with the settings of production."""

import secrets
import subprocess
import sys

import pytest
import requests

from tests.deploy.nginx import Nginx
from tests.processes import ROOT, Process, environment, free_port, wait_until


class Site:
    """The web process with the settings of production, and nginx before it.

    `settings` are those of its web process; workers and commands need the same ones.
    """

    def __init__(self, folder):
        self.port = free_port()
        self.folder = folder
        self.settings = {
            "DJANGO_SETTINGS_MODULE": "backoffice.settings",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "DEBUG": "false",
            "HTTPS_ONLY": "true",
            "BEHIND_PROXY": "true",
            "ALLOWED_HOSTS": "localhost",
            "PORT": str(self.port),
            "VAR_DIR": str(folder / "var"),
            "LOG_LEVEL": "WARNING",
        }
        self.nginx = Nginx(folder, f"127.0.0.1:{self.port}")
        self.http = requests.Session()
        # Else the environment's own certificates would be asked instead.
        self.http.trust_env = False
        self.http.verify = self.nginx.certificate

    def start(self):
        self.run("collectstatic", "--noinput", "--verbosity", "0")
        self.web = Process("-m", "gunicorn", "--log-level", "warning", **self.settings)
        self.nginx.start()
        wait_until(self.answers, seconds=30)

    def end(self):
        self.nginx.end()
        self.web.end()

    def answers(self):
        try:
            return self.get("/v2/promotions").status_code == 401
        except requests.ConnectionError:
            return False

    def run(self, *arguments):
        """A command of manage.py on this site; returns what it has printed."""
        command = [sys.executable, "manage.py", *arguments]
        ran = subprocess.run(
            command, cwd=ROOT, env=environment(**self.settings), stdout=subprocess.PIPE, text=True, check=True
        )
        return ran.stdout

    def get(self, path, **arguments):
        return self.http.get(self.nginx.https + path, timeout=30, **arguments)

    def post(self, path, **arguments):
        return self.http.post(self.nginx.https + path, timeout=30, **arguments)


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker, tmp_path_factory):
    """One site for all tests of a module; it works on the tests' own database."""
    with django_db_blocker.unblock():
        one = Site(tmp_path_factory.mktemp("site"))
        try:
            one.start()
            yield one
        finally:
            one.end()
