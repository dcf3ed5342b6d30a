"""Writes .env from .env.example, filling every empty variable with a secret of its own. Keeps an existing .env."""

import secrets
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
target = ROOT / ".env"


def filled(line: str) -> str:
    name, sign, value = line.partition("=")
    is_empty = sign and not value.strip() and not name.startswith("#")
    return f"{name}={secrets.token_urlsafe(12 if 'PASSWORD' in name else 48)}" if is_empty else line


if not target.exists():
    lines = (ROOT / ".env.example").read_text().splitlines()
    target.touch(mode=0o600)
    target.write_text("\n".join(map(filled, lines)) + "\n")
