"""`manage.py run_worker`: works on jobs and sees to it that none is forgotten."""

import logging
import random
import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker, valid_interval

from promotions import log
from promotions.jobs import heartbeat, runner
from promotions.jobs.sweep import sweep, sweep_deleted
from promotions.management.console import ExplainedCommand
from promotions.models.actor import Door, acting
from promotions.ops import chores
from promotions.ops.checks import missing_migrations
from promotions.webhooks.send import send_due

logger = logging.getLogger(__name__)

# Seconds between two looks into the outbox of the webhooks.
SEND_EVERY = 1.0
# Seconds between two looks at a database that is not ready.
LOOK_AGAIN = 2


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
                time.sleep(LOOK_AGAIN)


class Command(ExplainedCommand):
    help = (
        "Works on jobs until it is told to end (SIGTERM or Ctrl-C; it then lets its job go after the current "
        "batch, for another worker to go on with). Run as many as you like, on as many machines."
    )
    examples = (
        ("", "work until told to end"),
        ("--batch", "work off what is there, then end"),
    )
    exits = {0: "ended in good order", 1: "it could not start"}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--interval",
            type=valid_interval,
            default=1,
            help="Seconds between two looks at an empty queue in the database (default: %(default)s).",
        )
        parser.add_argument(
            "--no-chores",
            action="store_true",
            help="Leave what is done from time to time to other workers, or to run_chores and recover_jobs by cron.",
        )
        parser.add_argument("--batch", action="store_true", help="End when the queue is empty.")

    def handle(self, *, interval: float, batch: bool, no_chores: bool, verbosity: int, **options: Any) -> None:
        name, address = get_random_string(12), heartbeat.own_address()
        log.about_process(worker=name)
        runner.stop_requested.clear()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: runner.stop_requested.set())
        wait_for_migrations()
        # Not in one thread: removing much takes its time.
        beside("webhooks", partial(send_due, stop=runner.stop_requested.is_set), pause=SEND_EVERY)
        if not no_chores:
            beside("sweep", sweep_all, pause=settings.PROMOTIONS_SWEEP_INTERVAL)
            beside("chores", chores.run_due, pause=settings.PROMOTIONS_SWEEP_INTERVAL)
        if not runner.stop_requested.is_set():
            with heartbeat.beating(name, address), acting("worker", Door.WORKER, address):
                work(name, interval=interval, batch=batch)
        logger.info("The worker has ended.")


def work(name: str, *, interval: float, batch: bool) -> None:
    """Work on the queue until told to end by a signal; with `batch`, until it is empty."""
    if settings.TASKS_URL:
        # Not imported otherwise: it needs the settings of the queue in Redis.
        from promotions.management import redis_worker

        redis_worker.run(burst=batch)
        return
    worker = JobWorker(
        queue_names=["*"],
        excluded_queue_names=[],
        interval=interval,
        batch=batch,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=name,
    )
    worker.configure_signals()
    worker.run()


def wait_for_migrations() -> None:
    """Wait until the database can be reached and has every migration of this version, or until told to end.

    So workers can be started before, or while, the database is migrated. One that is ahead of us is waited for by
    nobody: migrations leave the version before them working.
    """
    while not runner.stop_requested.is_set():
        try:
            behind = missing_migrations("promotions")
        except (OperationalError, InterfaceError) as error:
            logger.error("the database cannot be reached, trying again: %s", error)
        else:
            if not behind:
                return
            logger.error("the database lacks %d migrations, waiting for `manage.py migrate`", behind)
        connection.close()
        runner.stop_requested.wait(LOOK_AGAIN)


def sweep_all() -> None:
    """Have delivered again what nobody works on."""
    sweep()
    sweep_deleted()


def beside(name: str, act: Callable[[], object], *, pause: float) -> None:
    """Do `act` every `pause` seconds in a thread of its own, until the worker is told to stop."""
    thread = threading.Thread(target=repeat_until_stopped, args=(name, act, pause), daemon=True, name=name)
    thread.start()


def repeat_until_stopped(name: str, act: Callable[[], object], pause: float) -> None:
    """Do `act` every `pause` seconds, a little off beat so that workers do not do it together."""
    while not runner.stop_requested.wait(pause * random.uniform(0.8, 1.2)):  # noqa: S311
        close_old_connections()
        try:
            act()
        except (OperationalError, InterfaceError) as error:
            logger.warning("%s: the database cannot be reached: %s", name, error)
        except Exception:
            # The thread goes on: nobody would notice that it had ended.
            logger.exception("%s: unexpected error", name)
