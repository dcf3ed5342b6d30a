"""Writes the table of refusals in docs/errors.md anew, from promotions/errors.py. `make format` runs it."""

import inspect
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from django.conf import settings  # noqa: E402

if not settings.configured:
    # English, without a project around it.
    settings.configure(USE_I18N=False)

from promotions import errors  # noqa: E402

PAGE = ROOT / "docs" / "errors.md"
HEAD = "| status | title | detail | source | when |\n|---|---|---|---|---|\n"
TABLE = re.compile(re.escape(HEAD) + r"(?:\|.*\n)+")


def refusals() -> list[type[errors.Refused]]:
    """Every kind of refusal that all doors share."""
    return [
        kind
        for kind in vars(errors).values()
        if inspect.isclass(kind) and issubclass(kind, errors.Refused) and kind is not errors.Refused
    ]


def example(kind: type[errors.Refused]) -> errors.Refused:
    """One of its kind; what its texts are filled with stands there by its name, such as LIMIT."""
    needed = [one for one in inspect.signature(kind).parameters.values() if one.default is one.empty]
    given: list[object] = [[0] if "Sequence" in str(one.annotation) else one.name.upper() for one in needed]
    return kind(*given)  # type: ignore[arg-type]


def row(kind: type[errors.Refused]) -> str:
    """Its line of the table; when it happens is the first sentence of its description."""
    fault = example(kind).faults[0]
    text = re.sub(r" \(contract, [^)]*\)", "", " ".join((kind.__doc__ or "").split()))
    when = re.split(r"\. |; `", text)[0].rstrip(".")
    source = f"`{fault.source}`" if fault.source else ""
    return f"| {fault.status} | {fault.title} | {fault.detail} | {source} | {when} |\n"


def page() -> str:
    """The page as it should be."""
    rows = sorted(map(row, refusals()), key=lambda text: text.split("|")[1])
    return TABLE.sub((HEAD + "".join(rows)).replace("\\", r"\\"), PAGE.read_text())


if __name__ == "__main__":
    PAGE.write_text(page())
