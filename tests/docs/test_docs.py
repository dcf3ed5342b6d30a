"""What the docs say is what the code does."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission

from promotions.management.console import COMMON_EXITS
from promotions.states import TRANSITIONS

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
    assert len(figures) == 4
    assert all(figure in read("docs/performance.md") for figure in figures)


@pytest.mark.django_db
def test_every_permission_that_is_explained_exists():
    explained = set(
        re.findall(r"`(\w+\.\w+)`", "".join(re.findall(r"^\| (`.*?) \|", read("docs/permissions.md"), re.MULTILINE)))
    )
    known = {f"{app}.{name}" for app, name in Permission.objects.values_list("content_type__app_label", "codename")}
    assert "promotions.cancel_job" in explained
    assert explained <= known


def test_every_decision_stands_in_the_index_and_in_the_navigation():
    decisions = {path.name for path in (ROOT / "docs/decisions").glob("0*.md")}
    assert set(re.findall(r"\((\d{4}-.*?\.md)\)", read("docs/decisions/index.md"))) == decisions
    assert set(re.findall(r"decisions/(\d{4}-.*?\.md)", read("mkdocs.yml"))) == decisions
