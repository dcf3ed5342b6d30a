"""`manage.py run_worker`: works on jobs and sees to it that none is forgotten."""

import itertools
import random
import threading
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker, logger, valid_interval

from promotions.jobs import export, runner
from promotions.jobs.sweep import sweep, sweep_deleted

# Looking through all stored files is no small thing: once in so many sweeps.
COLLECT_EVERY = 60


class JobWorker(Worker):
    """The worker of django-tasks-db, which also lets its job go when told to end, and outlives the database."""

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        if not self.running:
            super().shutdown(signum, frame)
        # Not the original's exit when idle: between taking a delivery and starting it, that would lose it.
        self.running = False
        runner.stop_requested.set()

    def run(self) -> None:
        while True:
            try:
                return super().run()
            except (OperationalError, InterfaceError) as error:
                logger.error("the database cannot be reached, trying again: %s", error)
                connection.close()
                time.sleep(1)


class Command(BaseCommand):
    help = (
        "Works on jobs until it is told to end (SIGTERM or Ctrl-C; it then lets its job go after the current "
        "batch, for another worker to go on with). Run as many as you like, on as many machines."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--interval",
            type=valid_interval,
            default=1,
            help="Seconds between two looks at an empty queue in the database (default: %(default)s).",
        )
        parser.add_argument("--batch", action="store_true", help="End when the queue is empty.")

    def handle(self, *, interval: float, batch: bool, verbosity: int, **options: Any) -> None:
        runner.stop_requested.clear()
        threading.Thread(target=sweep_until_stopped, daemon=True, name="sweep").start()
        if settings.TASKS_URL:
            # Not imported otherwise: it needs the settings of the queue in Redis.
            from promotions.management import redis_worker

            redis_worker.run(burst=batch)
        else:
            run_on_database(interval=interval, batch=batch)
        self.stdout.write("The worker has ended.")


def run_on_database(*, interval: float, batch: bool) -> None:
    """Work on the queue in the database until told to end by a signal; with `batch`, until it is empty."""
    worker = JobWorker(
        queue_names=["*"],
        excluded_queue_names=[],
        interval=interval,
        batch=batch,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
    )
    worker.configure_signals()
    worker.run()


def sweep_until_stopped() -> None:
    """Sweep every PROMOTIONS_SWEEP_INTERVAL seconds, a little off beat so that workers do not do it together."""
    pause, turn = settings.PROMOTIONS_SWEEP_INTERVAL, itertools.count()
    while not runner.stop_requested.wait(pause * random.uniform(0.8, 1.2)):  # noqa: S311
        close_old_connections()
        try:
            sweep()
            sweep_deleted()
            if next(turn) % COLLECT_EVERY == 0:
                export.collect()
        except (OperationalError, InterfaceError) as error:
            logger.warning("the sweep could not reach the database: %s", error)
        except OSError as error:
            logger.warning("the sweep could not reach the stored files: %s", error)
        except Exception:
            # The thread goes on: nobody would notice that it had ended.
            logger.exception("the sweep failed")
