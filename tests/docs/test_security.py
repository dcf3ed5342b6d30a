"""docs/security.md shows what it says by tests, and these are there."""

import re

import pytest

from backoffice.csp import policy
from tests.docs.test_docs import ROOT, read

pytestmark = pytest.mark.once

TEXT = read("docs/security.md")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)


def test_every_test_that_is_named_is_there():
    missing = [
        f"{path}::{name}"
        for path, name in NAMED
        if not (ROOT / path).exists() or not re.search(rf"^\s*def {name}\(", read(path), re.MULTILINE)
    ]
    assert len(NAMED) > 50
    assert missing == []


def test_every_point_names_a_test():
    _, _, threats = TEXT.partition("## What somebody might try")
    threats, _, _ = threats.partition("## The policy")
    points = re.findall(r"^\* (?:.|\n(?!\n|\* |#))+", threats, re.MULTILINE)
    assert len(points) > 30
    assert [point for point in points if "::" not in point] == []


def test_the_policy_is_the_one_of_the_settings(settings):
    [block] = re.findall(r"^```\n(default-src.+?)\n```", TEXT, re.MULTILINE | re.DOTALL)
    assert " ".join(block.split()) == policy(settings.SECURE_CSP)
