"""The picture of the architecture is what the import contracts hold."""

import re
import tomllib

import pytest

from tests.docs.pages import DOCS

pytestmark = pytest.mark.once

ROOT = DOCS.parent


def pictures():
    """The pictures of layers on the page: each a list of what stands at the beginning of its lines."""
    blocks = re.findall(r"^```layers\n(.*?)^```", (DOCS / "architecture.md").read_text(), re.MULTILINE | re.DOTALL)
    return [[re.split(r"\s{2,}", line)[0] for line in block.splitlines()] for block in blocks]


def contracts():
    """The layers of each contract, without the name of the package around them."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        found = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    layers = [contract["layers"] for contract in found if contract["type"] == "layers"]
    return [[re.sub(r"promotions\.(jobs\.)?", "", layer) for layer in one] for one in layers]


def test_the_layers_of_the_picture_are_those_of_the_contracts():
    assert len(pictures()) == 2
    assert pictures() == contracts()


def test_every_layer_is_a_package_or_a_module():
    for layer in " | ".join(pictures()[0]).split(" | "):
        path = ROOT / "promotions" / layer
        assert path.is_dir() or path.with_suffix(".py").is_file(), layer
