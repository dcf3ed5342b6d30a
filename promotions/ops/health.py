"""What `/healthz` and `/readyz` answer: whether this process lives, and whether it can do its work.

Ready is a process that has its database, with the tables of its version. That no worker is there is told as a warning
and makes no process less ready: taken out of service, it could not even cancel what waits.
"""

import threading
import time
from typing import Any

from promotions.ops.checks import Check, Level, database, migrations, pending_jobs, workers

# Seconds for which an answer is given again, however many ask.
KEPT = 2.0


class Readiness:
    """The checks of this process, done at most once in a while and by one thread at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._checks: list[Check] = []
        self._until = 0.0
        # What has been applied stays so for as long as this process, with its version, lives.
        self._migrated: Check | None = None

    def checks(self) -> list[Check]:
        """What the checks say, or said a moment ago."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._checks = self._look()
                self._until = time.monotonic() + KEPT
            return self._checks

    def _look(self) -> list[Check]:
        found = [database()]
        if found[0].level == Level.OK:
            found.append(self._migrations())
        if found[-1].level == Level.OK:
            found += [workers(), pending_jobs()]
        return found

    def _migrations(self) -> Check:
        check = self._migrated or migrations()
        self._migrated = check if check.level == Level.OK else None
        return check


def is_ready(checks: list[Check]) -> bool:
    """Whether requests can be answered."""
    return all(check.level != Level.ERROR for check in checks)


def describe(check: Check) -> dict[str, Any]:
    """A check as JSON shows it."""
    seconds = {} if check.seconds is None else {"seconds": check.seconds}
    return {"status": check.level.value, "reason": check.reason, **seconds}
