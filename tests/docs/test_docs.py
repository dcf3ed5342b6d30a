"""What the docs say is what the code does."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Permission
from django.test import RequestFactory

from promotions.management.console import COMMON_EXITS
from promotions.models.webhook import WebhookEvent
from promotions.ops import doctor
from promotions.ops.chores import CHORES
from promotions.states import TRANSITIONS
from tests.factories import UserFactory

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent.parent


def read(path):
    return (ROOT / path).read_text()


def test_the_page_on_the_life_cycle_has_the_table_of_transitions():
    rows = re.findall(r"^\| ([a-z ]+) \| ([a-z]+) \| ([a-z]+) \| (.+) \|$", read("docs/job-lifecycle.md"), re.MULTILINE)
    table = [
        (event.value, edge.source.value, edge.target.value, edge.when)
        for event, edges in TRANSITIONS.items()
        for edge in edges
    ]
    assert [row for row in rows if row[0] != "event"] == table


def test_the_picture_of_the_life_cycle_has_every_change_of_state_and_no_other():
    arrows = set(re.findall(r"^    ([a-z]+) --> ([a-z]+)", read("docs/job-lifecycle.md"), re.MULTILINE))
    edges = {(edge.source.value, edge.target.value) for edges in TRANSITIONS.values() for edge in edges}
    assert arrows == {edge for edge in edges if edge[0] != edge[1]}


def test_every_variable_that_is_read_is_explained_and_no_other():
    code = read("backoffice/settings.py") + read("gunicorn.conf.py")
    used = set(re.findall(r'env(?:_\w+|\.\w+)\(\s*"([A-Z0-9_]+)"', code)) | set(
        re.findall(r"environ\.get\([\x22\x27](\w+)", code)
    )
    explained = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", read("docs/settings.md"), re.MULTILINE))
    assert explained == used | {"DEMO_PASSWORD"}


def test_every_command_of_the_readme_exists():
    commands = {path.stem for path in (ROOT / "promotions/management/commands").glob("[a-z]*.py")}
    named = set(re.findall(r"manage\.py (\w+)", read("README.md") + read("docs/job-lifecycle.md")))
    assert named <= commands | {"migrate", "collectstatic", "check"}


def test_every_command_stands_in_the_page_on_commands_and_no_other():
    commands = {path.stem for path in (ROOT / "promotions/management/commands").glob("[a-z]*.py")}
    described = set(re.findall(r"^\| `(\w+)` \|", read("docs/commands.md"), re.MULTILINE))
    assert described == commands


def test_every_chore_stands_in_the_page_on_operating_and_no_other():
    section = read("docs/operations.md").partition("## What is done from time to time")[2]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == [chore.name for chore in CHORES]


def test_every_event_stands_in_the_page_on_webhooks_and_no_other():
    told = re.findall(r"^\| `(\w+\.\w+)` \|", read("docs/webhooks.md"), re.MULTILINE)
    assert told == [event.value for event in WebhookEvent]


@pytest.mark.django_db
def test_the_doctor_of_the_page_on_operating_looks_at_what_the_doctor_looks_at():
    shown = re.findall(r"^(?:ok|warning|error) +(\w+) ", read("docs/operations.md"), re.MULTILINE)
    of_sqlite = {"sqlite_place": "clocks"}
    assert shown == [of_sqlite.get(check.name, check.name) for check in doctor.examine()]


def test_the_page_on_commands_says_what_each_exit_status_means():
    page = read("docs/commands.md")
    rows = re.findall(r"^\| `(\w+)` \| .+? \| (.+?) \| (.+?) \|$", page, re.MULTILINE)
    exits = {name: command_of(name).exits for name, _done, _not in rows}
    for name, *described in rows:
        # Who starts a job in the same way is described in the same way.
        said = [text.replace("as for `create_job`", exits["create_job"][place]) for place, text in enumerate(described)]
        assert said == [exits[name][0], exits[name][1]], name
    common = re.findall(r"^\| (\d+) \| (.+) \|$", page, re.MULTILINE)
    assert {int(status): text for status, text in common if int(status) > 1} == COMMON_EXITS


def command_of(name):
    return import_module(f"promotions.management.commands.{name}").Command


def test_every_figure_of_the_readme_was_measured():
    figures = set(re.findall(r"\d[\d,]*\d{3}|\d+ ms", read("README.md").partition("## Run it")[0]))
    assert len(figures) == 6
    pages = read("docs/performance.md") + read("docs/guarantees.md")
    assert all(figure in pages for figure in figures)


@pytest.mark.django_db
def test_every_permission_that_is_explained_exists_and_every_one_that_does_something_is_explained():
    explained = set(
        re.findall(r"`(\w+\.\w+)`", "".join(re.findall(r"^\| (`.*?) \|", read("docs/permissions.md"), re.MULTILINE)))
    )
    known = {f"{app}.{name}" for app, name in Permission.objects.values_list("content_type__app_label", "codename")}
    assert explained <= known
    # What the admin lets nobody do, whatever their permissions, needs no explanation.
    request = RequestFactory().get("/")
    request.user = UserFactory.build(is_superuser=True)
    possible = {
        f"{model._meta.app_label}.{name}_{model._meta.model_name}"
        for model, page in site._registry.items()
        for name, may in page.get_model_perms(request).items()
        if may and model._meta.app_label == "promotions"
    }
    assert possible | {"promotions.cancel_job"} <= explained


def test_every_decision_stands_in_the_index_and_in_the_navigation():
    decisions = {path.name for path in (ROOT / "docs/decisions").glob("0*.md")}
    assert set(re.findall(r"\((\d{4}-.*?\.md)\)", read("docs/decisions/index.md"))) == decisions
    assert set(re.findall(r"decisions/(\d{4}-.*?\.md)", read("mkdocs.yml"))) == decisions
