"""The database that a benchmark works on, and running it on both."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def own_database() -> Iterator[None]:
    """A database beside the one of DATABASE_URL, which is made and dropped."""
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def run(module: str, main: Callable[[], None]) -> None:
    """Call `main`; with `--both` in front of its arguments, run the module on SQLite and then on PostgreSQL."""
    if sys.argv[1:2] != ["--both"]:
        main()
        return
    command = [sys.executable, "-m", module, *sys.argv[2:]]
    sys.exit(subprocess.call(command) or subprocess.call([sys.executable, "tools/with_postgresql.py", *command]))
