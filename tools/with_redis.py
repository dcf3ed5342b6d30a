"""Runs a command with TASKS_URL set to a real Redis: TEST_REDIS_URL, else one that is started for it.

python tools/with_redis.py pytest tests/jobs
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def run(url: str) -> int:
    return subprocess.call(sys.argv[1:], env={**os.environ, "TASKS_URL": url})


def main() -> int:
    if url := os.environ.get("TEST_REDIS_URL"):
        return run(url)
    server = shutil.which("redis-server")
    if server is None:
        sys.stderr.write("redis-server is not installed: what needs it is left out.\n")
        return 1 if os.environ.get("CI") else 0
    with tempfile.TemporaryDirectory(prefix="promotions-redis-") as folder:
        socket = Path(folder) / "redis.sock"
        command = [server, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder]
        with subprocess.Popen([*command, "--loglevel", "warning"], stdout=subprocess.DEVNULL) as child:
            try:
                return run(f"unix://{socket}?db=0")
            finally:
                child.kill()


if __name__ == "__main__":
    sys.exit(main())
