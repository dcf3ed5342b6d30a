"""The site of the docs: whole, and made of nothing that comes from another host."""

import os
import re
import subprocess
import sys

import pytest

from tests.docs.pages import DOCS

pytestmark = pytest.mark.once

ROOT = DOCS.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]+)")
# What a browser fetches by itself, other than what a reader clicks on.
FETCHED = re.compile(
    r"<(?:script|img|iframe|source|video)\b[^>]*\bsrc=[\"']?([^\"'\s>]+)|<link\b[^>]*\bhref=[\"']?([^\"'\s>]+)"
)
IN_STYLES = re.compile(r"(?:url\(|@import )[\"']?((?:https?:)?//[^\"')]+)")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", folder]
    built = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"NO_MKDOCS_2_WARNING": "true"}, capture_output=True, text=True, check=False
    )
    assert (built.returncode, built.stdout, built.stderr) == (0, "", "")
    return folder


def test_no_page_fetches_anything_from_another_host(site):
    for page in site.rglob("*.html"):
        fetched = ["".join(found) for found in FETCHED.findall(page.read_text())]
        assert fetched, page
        assert not [address for address in fetched if address.startswith(("http:", "https:", "//"))], page
    for style in site.rglob("*.css"):
        assert not IN_STYLES.findall(style.read_text()), style


def test_diagrams_are_drawn(site):
    page = (site / "job-lifecycle.html").read_text()
    picture = page.partition('<div class="diagram">')[2].partition("</div>")[0]
    assert picture.startswith("<svg ")
    assert "cancelling" in picture


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_also_on_the_forge(page):
    for link in LINK.findall(page.read_text()):
        assert link.startswith("https://") or (page.parent / link).exists(), link
