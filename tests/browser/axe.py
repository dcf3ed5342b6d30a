"""Looks for what keeps people from using a page: screen readers, keyboards, eyes that see little contrast."""

from axe_playwright_python.sync_playwright import Axe

AXE = Axe()

# What is all right is not told: it is long.
ALL = {"resultTypes": ["violations"]}
# What depends on whether a page is light or dark.
CONTRAST = ALL | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def faults(page, options=ALL):
    """What axe-core finds wrong on the page, by all its rules or by those in `options`, each with its
    element and what is wrong with it; nothing when it is all right."""
    found = AXE.run(page, options=options).response["violations"]
    return [f"{fault['id']}: {node['html']} {node['failureSummary']}" for fault in found for node in fault["nodes"]]
