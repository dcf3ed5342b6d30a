"""Real worker processes on the tests' own database, and ways to treat them badly."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


def database_url(name=None):
    """The tests' own database, or another of this name beside it, as a URL for another process."""
    name = name or connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    path, question, query = os.environ["DATABASE_URL"].partition("?")
    return f"{path.rpartition('/')[0]}/{name}{question}{query}"


def other_database_url(name):
    """A database of that name beside the tests' own, which need not be there."""
    url = database_url()
    if url.startswith("sqlite"):
        return f"{url.rpartition('/')[0]}/{name}.sqlite3"
    path, question, query = url.partition("?")
    return f"{path.rpartition('/')[0]}/{name}{question}{query}"


def environment(**settings):
    """The environment of a process on the tests' database: this one's, and `settings`."""
    return os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PROMOTIONS_SWEEP_INTERVAL": "0.5",
        **settings,
    }


class Process:
    """A child process on the tests' database; its log is shown when a test fails."""

    def __init__(self, *arguments, cwd=ROOT, stderr=None, **settings):
        self.child = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=cwd,
            env=environment(**settings),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )

    def send(self, number):
        self.child.send_signal(number)

    def kill(self):
        self.send(signal.SIGKILL)
        self.child.wait(10)

    def end(self):
        with suppress(ProcessLookupError):
            self.send(signal.SIGCONT)
            self.child.kill()
        self.child.wait(10)
        self.child.stdout.close()


def free_port():
    """A port on which nothing listens at this moment."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_until(condition, seconds=60):
    """Waits until `condition()` is true; fails when it is not so in time."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    return value
