"""Draws the docs' Mermaid diagrams while their site is built: Mermaid's own script would come from another host."""

from hashlib import sha256
from typing import Any

import mmdr


def fence(source: str, language: str, css_class: str, options: dict[str, Any], md: Any, **kwargs: Any) -> str:
    """The picture of a `mermaid` block, as pymdownx.superfences asks for it."""
    # Two pictures of a page must not share the names that their styles refer to.
    name = f"diagram-{sha256(source.encode()).hexdigest()[:8]}"
    svg = mmdr.render(source).svg().replace("merman", name)
    return f'<div class="{css_class}">{svg}</div>'
