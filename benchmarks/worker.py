"""Does one job in a process of its own: says "ready", waits for a line and works.

    python -m benchmarks.worker JOB

Its memory is looked at from outside, as RssAnon of Linux: what it holds for itself. Pages of SQLite's file that
are mapped are not in it, which the kernel keeps as long as it has room.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from django.db import connection

from promotions.jobs import runner
from tests.processes import database_url

ROOT = Path(__file__).resolve().parent.parent


class Worker:
    """The parent's side: a process that is ready to do the job."""

    def __init__(self, job_id: int) -> None:
        self.child = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", str(job_id)],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": database_url()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.child.stdout.readline() == "ready\n"

    def start(self) -> None:
        self.child.stdin.write("go\n")
        self.child.stdin.flush()

    def end(self) -> float:
        """Waits for the end; the most memory in MiB that was seen, looking every 10 ms."""
        peak = 0
        while self.child.poll() is None:
            peak = max(peak, self._memory())
            time.sleep(0.01)
        self.child.communicate()
        return peak / 1024

    def _memory(self) -> int:
        status = Path(f"/proc/{self.child.pid}/status").read_text()
        found = re.search(r"RssAnon:\s+(\d+) kB", status)
        return int(found[1]) if found else 0


def main() -> None:
    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    while runner.run(int(sys.argv[1])):
        pass  # handed back, since other jobs wait


if __name__ == "__main__":
    main()
