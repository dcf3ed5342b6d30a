"""Writes .env from .env.example, every empty variable filled with a secret; adds the secrets that an .env lacks."""

import secrets
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def is_secret(line: str) -> bool:
    """Whether the line is a variable without a value."""
    return line.endswith("=") and not line.startswith("#")


def filled(line: str) -> str:
    return line + secrets.token_urlsafe(12 if "PASSWORD" in line else 48) if is_secret(line) else line


def main() -> None:
    target, example = ROOT / ".env", (ROOT / ".env.example").read_text().splitlines()
    if target.exists():
        present = {line.partition("=")[0].strip() for line in target.read_text().splitlines()}
        lines = [line for line in example if is_secret(line) and line.rstrip("=") not in present]
    else:
        target.touch(mode=0o600)
        lines = example
    with target.open("a") as file:
        file.writelines(f"{filled(line)}\n" for line in lines)


main()
