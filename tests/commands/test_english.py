"""Commands speak English, whatever the machine speaks."""

import os
import subprocess
import sys

import pytest

from tests.processes import ROOT

GERMAN = {"LANGUAGE": "de", "LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8"}


def run(*arguments):
    environment = os.environ | GERMAN | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_there_are_no_migrations_to_make_on_a_german_machine():
    answer = run("makemigrations", "--check", "--dry-run")
    assert (answer.returncode, answer.stdout.strip()) == (0, "No changes detected")


@pytest.mark.parametrize("arguments", [("create_job", "--help"), ("cancel_job", "--help")])
def test_the_help_of_a_command_is_english_on_a_german_machine(arguments):
    assert "Print one JSON document instead of text." in " ".join(run(*arguments).stdout.split())
