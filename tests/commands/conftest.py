"""Running commands: in this process, as the command line would, or as a process of their own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from io import StringIO

import pytest
from django.core.management.base import CommandError

from tests.processes import ROOT, database_url


@dataclass
class Ran:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def lines(self):
        return self.out.splitlines()

    @property
    def json(self):
        return json.loads(self.out)


class Terminal(StringIO):
    def isatty(self):
        return True


@pytest.fixture
def run(db, capsys):
    """Runs a command as the command line does, except that the database connection stays open."""

    def run(name, *arguments, stream=StringIO):
        out, err = stream(), stream()
        command = import_module(f"promotions.management.commands.{name}").Command(stdout=out, stderr=err)
        # Wrong usage then ends with argparse's own exit status.
        command._called_from_command_line = True
        status = 0
        try:
            options = vars(command.create_parser("manage.py", name).parse_args(list(map(str, arguments))))
            command.execute(**options)
        except CommandError as error:
            status = error.returncode
            err.write(f"{type(error).__name__}: {error}\n")
        except SystemExit as end:
            status = end.code
        # Where argparse prints its help and what it has against the usage.
        printed = capsys.readouterr()
        return Ran(status, out.getvalue() or printed.out, err.getvalue() or printed.err)

    return run


@pytest.fixture
def environment(transactional_db):
    """The environment in which another process works on the tests' database."""
    return os.environ | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "tests.settings"}


@pytest.fixture
def run_process(environment):
    """Runs a command as a process of its own."""

    def run(*arguments):
        command = [sys.executable, "manage.py", *map(str, arguments)]
        ended = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        return Ran(ended.returncode, ended.stdout, ended.stderr)

    return run
