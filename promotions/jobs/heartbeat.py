"""A worker's sign of life: a row that it renews every few seconds, and takes away when it ends in good order.

It tells whether anyone is there to do the work. Who holds which job is told by leases alone. With each sign the worker
also adds what it has done to what all have (`tally`).
"""

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.db.models.functions import Now

from promotions.jobs import tally
from promotions.models import Worker

logger = logging.getLogger(__name__)

# Seconds between two signs: several may fail to be written before the worker is taken for dead.
INTERVAL = 5
# After which the rows of workers that were killed are removed.
FORGOTTEN = timedelta(days=1)


def own_address() -> str:
    """Where this process runs, as people look for it: `host:pid`."""
    return f"{socket.gethostname()}:{os.getpid()}"


def beat(name: str, address: str) -> None:
    """Say that the worker `name` is alive, by the database's clock. The first time it removes forgotten rows."""
    if not Worker.objects.filter(name=name).update(seen_at=Now()):
        Worker.objects.filter(seen_at__lt=Now() - FORGOTTEN).delete()
        Worker.objects.create(name=name, address=address)


@contextmanager
def beating(name: str, address: str) -> Iterator[None]:
    """Within it, a thread gives the worker's sign of life."""
    ended = threading.Event()
    thread = threading.Thread(target=_beat_until, args=(ended, name, address), daemon=True, name="heartbeat")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(INTERVAL)


def _beat_until(ended: threading.Event, name: str, address: str) -> None:
    while not ended.is_set():
        _try_to(lambda: beat(name, address))
        _try_to(tally.flush)
        ended.wait(INTERVAL)
    _try_to(tally.flush)
    _try_to(lambda: Worker.objects.filter(name=name).delete())
    connection.close()


def _try_to(write: Callable[[], object]) -> None:
    """Work does not stop for a sign that could not be given; the next one will be."""
    close_old_connections()
    try:
        write()
    except (OperationalError, InterfaceError) as error:
        logger.warning("the sign of life could not be written: %s", error)
