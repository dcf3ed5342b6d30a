"""What all commands have in common when something goes wrong."""

import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest
from django.db import OperationalError

from promotions.management.commands import list_jobs
from promotions.states import Status
from tests.commands.conftest import Terminal
from tests.factories import JobFactory

pytestmark = pytest.mark.django_db

COMMANDS = sorted(path.stem for path in Path(list_jobs.__file__).parent.glob("[a-z]*.py"))


def command_of(name):
    return import_module(f"promotions.management.commands.{name}").Command()


def test_a_database_that_cannot_be_used_ends_a_command_with_a_message(run, monkeypatch):
    def broken(*arguments, **options):
        raise OperationalError("no such table: promotions_job")

    monkeypatch.setattr(list_jobs.Command, "handle", broken)
    ran = run("list_jobs")
    message = "The database cannot be used: no such table: promotions_job (has `manage.py migrate` been run?)"
    assert (ran.status, ran.out, ran.err) == (1, "", f"Error: {message}\n")


def test_ctrl_c_ends_a_command_with_130(run, monkeypatch):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(list_jobs.Command, "handle", interrupted)
    ran = run("list_jobs")
    assert (ran.status, ran.err) == (130, "Error: Interrupted.\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_has_examples_and_says_what_its_exit_statuses_mean(run, name):
    _usage, examples, exits = re.split(r"^Examples:\n|^Exit statuses:\n", run(name, "--help").out, flags=re.MULTILINE)
    assert re.search(rf"^  manage\.py {name}", examples, re.MULTILINE)
    statuses = [line.split()[0] for line in exits.splitlines()]
    assert statuses[:3] == ["0", "1", "2"]
    assert statuses[3:] == ([] if name == "run_worker" else ["130", "141"])


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"run_worker"}))
def test_every_command_that_ends_by_itself_takes_json(run, name):
    assert "--json" in run(name, "--help").out


def test_every_example_can_be_read_by_its_command():
    for name in COMMANDS:
        command = command_of(name)
        parser = command.create_parser("manage.py", name)
        for arguments, _what in command.examples:
            parser.parse_args(shlex.split(arguments.partition(" | ")[0]))


@pytest.mark.parametrize("switch", [{"NO_COLOR": "1"}, {}])
def test_no_color_turns_colours_off_everywhere(run, monkeypatch, switch):
    for name, value in switch.items():
        monkeypatch.setenv(name, value)
    JobFactory(status=Status.COMPLETED)
    ran = run("list_jobs", stream=Terminal)
    assert "completed" in ran.out
    assert ("\x1b[32m" in ran.out) == (not switch)


def test_an_error_is_told_without_colour_where_none_is_wanted(run_process):
    assert "\x1b" not in run_process("list_jobs", "--promotion", "nonsense").err


def test_on_a_terminal_there_are_tables_and_in_a_pipe_plain_lines(run):
    first, second = JobFactory(), JobFactory(status=Status.COMPLETED)
    shown = run("cancel_job", first.uuid, second.uuid, stream=Terminal).out
    assert re.search(r"job.+outcome", shown.splitlines()[0])
    assert "refused" in shown
    assert run("cancel_job", first.uuid).out.startswith(f"{first.uuid}  refused: ")
