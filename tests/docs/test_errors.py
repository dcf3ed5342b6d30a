"""docs/errors.md says what can be refused."""

import re

import pytest

from promotions.api import errors as door
from tests.docs.pages import DOCS
from tools import describe_errors

pytestmark = pytest.mark.once

TEXT = (DOCS / "errors.md").read_text()


def titles_of_values():
    return set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", TEXT, re.MULTILINE))))


def test_the_table_of_refusals_is_that_of_the_code():
    assert describe_errors.page() == TEXT, "run tools/describe_errors.py"


def test_every_refusal_stands_in_the_table():
    assert len(describe_errors.refusals()) > 20
    for kind in describe_errors.refusals():
        assert describe_errors.row(kind) in TEXT


def test_what_can_be_wrong_with_a_value_is_explained():
    rules = (DOCS.parent / "promotions/models/promotion_schema.py").read_text()
    of_schemas = set(re.findall(r'_fault\("(\w+)"', rules))
    known = set(door.VALIDATION_TITLES.values()) | of_schemas | {"array_max_items", "const", "end_before_start"}
    assert titles_of_values() == known


def test_what_a_door_refuses_is_explained():
    told = set(re.findall(r"^\| (\d+) \| ([\w ]+) \|", TEXT, re.MULTILINE))
    own = {(str(fault.status), fault.title) for fault in (door.UNAUTHENTICATED, door.FORBIDDEN, door.BUSY)}
    assert own | {(str(status), title) for status, title in door.TITLES.items()} <= told
