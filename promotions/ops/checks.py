"""Looking whether a part of the back office is in order, and saying in plain words what is not.

`health` answers machines with some of these checks, `doctor` tells operators all of them. What they say may be read
by anybody: no names of hosts, users or files here.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from promotions.jobs import health

logger = logging.getLogger(__name__)

# A job that waits for longer waits for more than its turn.
WAITS_TOO_LONG = timedelta(minutes=5)


class Level(StrEnum):
    """How a check has ended. Only an error means that the back office cannot do its work."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Check:
    """What a check has found. `seconds` is the time that it has measured, if it has."""

    name: str
    level: Level
    reason: str
    seconds: float | None = None


def database() -> Check:
    """Whether the database answers."""
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError) as error:
        logger.warning("the database cannot be reached: %s", error)
        return Check("database", Level.ERROR, _("The database cannot be reached; the log says why."))
    return Check("database", Level.OK, _("The database answers."))


def missing_migrations(app: str | None = None) -> int:
    """How many migrations of this version the database lacks; of one app and what it needs, if named."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes(app)))


def migrations() -> Check:
    """Whether the database has the tables of this version."""
    missing = missing_migrations()
    if not missing:
        return Check("migrations", Level.OK, _("All migrations are applied."))
    text = ngettext(
        "%(count)s migration is not applied: run manage.py migrate.",
        "%(count)s migrations are not applied: run manage.py migrate.",
        missing,
    )
    return Check("migrations", Level.ERROR, text % {"count": missing})


def workers() -> Check:
    """Whether somebody works on jobs."""
    if alive := health.workers_alive():
        text = ngettext("%(count)s worker is alive.", "%(count)s workers are alive.", alive)
        return Check("workers", Level.OK, text % {"count": alive})
    return Check("workers", Level.WARNING, _("No worker is alive: start one with manage.py run_worker."))


def pending_jobs() -> Check:
    """For how long the oldest pending job has waited."""
    age = health.oldest_pending()
    if age is None:
        return Check("pending_jobs", Level.OK, _("No job is waiting."), 0)
    level = Level.WARNING if age > WAITS_TOO_LONG else Level.OK
    seconds = round(age.total_seconds())
    text = _("The job that waits longest has waited for %(seconds)s s.") % {"seconds": seconds}
    return Check("pending_jobs", level, text, seconds)
