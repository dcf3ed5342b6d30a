"""The worker on the queue in Redis: RQ's, with what `run_worker` asks of every worker.

It works in its own process, without a child for each delivery: so it can let its job go when it is told to end, and
nothing goes on when it is killed.
"""

import logging
import signal
from types import FrameType

import django_rq
from django.db import close_old_connections
from django_tasks_rq import Job
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import DequeueTimeout
from rq.job import Job as Delivery
from rq.worker import WorkerStatus

from promotions.jobs import runner

logger = logging.getLogger(__name__)


class RedisWorker(SimpleWorker):
    """Lets its job go when told to end. Raises RedisError when Redis is away."""

    @property
    def dequeue_timeout(self) -> int:
        """Seconds that it waits for a delivery before it looks whether it is to end."""
        return 1

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        stop(signum, frame)

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Delivery, Queue] | None:
        """The next delivery; None when the worker is told to end, or the queue is empty and `timeout` is None."""
        # Not the original's exit when idle: between taking a delivery and starting it, that would lose it.
        self.set_state(WorkerStatus.IDLE)
        while not runner.stop_requested.is_set():
            self.heartbeat()
            if self.should_run_maintenance_tasks:
                self.run_maintenance_tasks()
            try:
                found: tuple[Delivery, Queue] | None = self.queue_class.dequeue_any(
                    self.queues, timeout, self.connection, self.job_class, self.serializer, self.death_penalty_class
                )
                return found
            except DequeueTimeout:
                continue
        return None

    def execute_job(self, job: Delivery, queue: Queue) -> None:
        close_old_connections()
        super().execute_job(job, queue)
        close_old_connections()


def stop(signum: int, frame: FrameType | None) -> None:
    """Have the job in hand let go and the worker end; the second time, at once."""
    if runner.stop_requested.is_set():
        raise SystemExit(1)
    logger.warning("Received %s, shutting down gracefully", signal.strsignal(signum))
    runner.stop_requested.set()


def run(*, burst: bool) -> None:
    """Work until told to end by a signal; with `burst`, until the queue is empty. Outlives Redis."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    while not runner.stop_requested.is_set():
        try:
            # A new one each time: what it is called would still be registered.
            _new_worker().work(burst=burst, logging_level=None)
        except RedisError as error:
            logger.error("Redis cannot be reached, trying again: %s", error)
        else:
            if burst:
                return
        runner.stop_requested.wait(1)


def _new_worker() -> RedisWorker:
    queue = django_rq.get_queue(job_class=Job)
    return RedisWorker([queue], connection=queue.connection, job_class=Job, serializer=queue.serializer)
