"""Asks PyPI for known vulnerabilities of what requirements.lock names.

python tools/audit.py [--strict]

Many mirrors tell no advisories; through one of them nothing can be said, which is told and, with --strict, an error.
"""

import subprocess
import sys
from pathlib import Path

import requests

# Of a release that PyPI will always have.
ADVISORIES = "https://pypi.org/pypi/django/5.2/json"
LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"


def tells_advisories() -> bool:
    """Whether PyPI's own answers are to be had from here."""
    try:
        answer = requests.get(ADVISORIES, timeout=5)
        return "vulnerabilities" in answer.json()
    except (requests.RequestException, ValueError):
        return False


def main() -> int:
    strict = "--strict" in sys.argv[1:]
    if not tells_advisories():
        sys.stderr.write("Known vulnerabilities were not looked for: PyPI's advisories cannot be reached from here.\n")
        return int(strict)
    audit = ["pip_audit", "--strict", "--vulnerability-service", "pypi", "--disable-pip", "--require-hashes"]
    return subprocess.call([sys.executable, "-m", *audit, "--requirement", str(LOCK)])


if __name__ == "__main__":
    sys.exit(main())
