"""Looks for what keeps people from using a page: screen readers, keyboards, eyes that see little contrast."""

from axe_playwright_python.sync_playwright import Axe

# What the theme itself gets wrong around every page, and we cannot mend in ours.
CONTENT = "#content"


def faults(page, within=CONTENT):
    """What axe-core finds wrong in a part of the page, each as `rule: element`; nothing when it is all right."""
    found = Axe().run(page, context=within).response["violations"]
    return [f"{fault['id']}: {node['html']}" for fault in found for node in fault["nodes"]]
