"""What happens to the processes and the database: each is a method of `Weather`, chosen at random."""

import os
import random
import resource
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psycopg
import requests
from django.db import connection

from tests.processes import Process, database_url

# What a process may write into any file while its disk is "full", in bytes.
FULL_DISK = 64 * 1024


class Weather(threading.Thread):
    """Keeps so many workers running and lets bad things happen to them, to the web process and to the database."""

    def __init__(self, web: Process, workers: int, seed: int) -> None:
        super().__init__(daemon=True)
        self.web, self.random = web, random.Random(seed)
        self.workers = [start_worker() for _ in range(workers)]
        self.happened: Counter[str] = Counter()
        self.stopped = threading.Event()

    def run(self) -> None:
        faults = [self.kill, self.kill, self.stop_for_a_while, self.end, self.fill_disk, self.kill_web]
        if connection.vendor == "postgresql":
            faults += [self.cut_connection, self.cut_connection, self.crash_database]
        # As often for each worker, however many there are: some time must be left to work in.
        while not self.stopped.wait(self.random.uniform(1, 6) / len(self.workers)):
            fault = self.random.choice(faults)
            fault()
            self.happened[fault.__name__] += 1

    def clear_up(self) -> None:
        """Ends the bad weather: whoever stood still goes on, and workers are there to finish."""
        self.stopped.set()
        self.join()

    def end_all(self) -> None:
        for process in [*self.workers, self.web]:
            process.end()

    def kill(self) -> None:
        self._replace(Process.kill)

    def end(self) -> None:
        def end(worker: Process) -> None:
            worker.send(signal.SIGTERM)
            worker.child.wait(30)

        self._replace(end)

    def stop_for_a_while(self) -> None:
        self._for_a_while(
            lambda worker: worker.send(signal.SIGSTOP), lambda worker: worker.send(signal.SIGCONT), longest=4
        )

    def fill_disk(self) -> None:
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        self._for_a_while(lambda worker: limit_files(worker, FULL_DISK), lambda worker: limit_files(worker, most), 2)

    def kill_web(self) -> None:
        """One of gunicorn's own workers: it starts another."""
        children = Path(f"/proc/{self.web.child.pid}/task/{self.web.child.pid}/children").read_text().split()
        if children:
            os.kill(int(self.random.choice(children)), signal.SIGKILL)

    def cut_connection(self) -> None:
        with psycopg.connect(database_url(), autocommit=True) as own:
            own.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
            )

    def crash_database(self) -> None:
        """A killed backend makes PostgreSQL end all others and recover from its log, as after a power cut."""
        with psycopg.connect(database_url(), autocommit=True) as own:
            [pid] = own.execute("SELECT pg_backend_pid()").fetchone()
            if not is_backend_of_this_machine(pid):
                return
            os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)
        wait_for_database()

    def _replace(self, end: Callable[[Process], None]) -> None:
        place = self.random.randrange(len(self.workers))
        end(self.workers[place])
        self.workers[place].child.stdout.close()
        self.workers[place] = start_worker()

    def _for_a_while(self, begin: Callable[[Process], None], end: Callable[[Process], None], longest: float) -> None:
        worker = self.random.choice(self.workers)
        begin(worker)
        time.sleep(self.random.uniform(0.2, longest))
        end(worker)


def start_worker() -> Process:
    return Process("manage.py", "run_worker", "--interval", "0.1", LOG_LEVEL="ERROR")


def limit_files(process: Process, size: int) -> None:
    resource.prlimit(process.child.pid, resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def is_backend_of_this_machine(pid: int) -> bool:
    """Whether the process of this number is PostgreSQL's: the server may be elsewhere, where numbers are others'."""
    command = Path(f"/proc/{pid}/cmdline")
    return command.exists() and command.read_bytes().startswith(b"postgres: ")


def wait_for_database() -> None:
    for _ in range(300):
        try:
            psycopg.connect(database_url()).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise AssertionError("the database did not come back")


def wait_for_web(url: str) -> None:
    for _ in range(300):
        try:
            requests.get(f"{url}/v2/promotions", timeout=10)
            return
        except requests.RequestException:
            time.sleep(0.1)
    raise AssertionError("the web process did not start")
