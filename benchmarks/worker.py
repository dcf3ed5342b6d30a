"""Does one job in a process of its own: says "ready", waits for a line, works, says its peak memory in KiB.

    python -m benchmarks.worker JOB

The memory is VmHWM of Linux, since ru_maxrss would carry over that of the parent process.
"""

import os
import re
import subprocess
import sys
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
        """Waits for the end; the peak memory in MiB."""
        memory = int(self.child.stdout.readline()) / 1024
        self.child.communicate()
        return memory


def main() -> None:
    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    while runner.run(int(sys.argv[1])):
        pass  # handed back, since other jobs wait
    [peak] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(peak, flush=True)


if __name__ == "__main__":
    main()
