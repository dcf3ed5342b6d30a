"""What all commands have in common when something goes wrong."""

import pytest
from django.db import OperationalError

from promotions.management.commands import list_jobs

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize(
    "name",
    ["cancel_job", "create_api_client", "create_job", "import_promotions", "list_jobs", "recover_jobs", "seed_demo"],
)
def test_the_help_of_every_command_ends_with_its_exit_statuses(run, name):
    assert "\nExit status: 0 when" in run(name, "--help").out
