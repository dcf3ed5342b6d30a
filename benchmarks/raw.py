"""The plain ways to do what jobs do, on the same table with the same indexes: what the figures are compared with."""

from collections.abc import Callable
from typing import IO

from django.db import connection, transaction
from django.utils import timezone

from promotions.codes import text
from promotions.models import Job, PromotionCode

CHUNK = 10_000
COLUMNS = ("code", "promotion_id", "job_id", "uses", "max_uses", "consume_unit", "user", "created_by", "created_at")
NAMES = ", ".join(f'"{name}"' for name in COLUMNS)
TABLE = PromotionCode._meta.db_table


def ready_made(job: Job, codes: int) -> list:
    """Random codes, in chunks, in the form in which `insert` takes them fastest. Not timed."""
    constants = (job.promotion_id, job.pk, None, None, "per_cart", "", "", timezone.now().isoformat(" "))
    chunks = []
    for done in range(0, codes, CHUNK):
        # A set has no order to speak of, `draw` sorts.
        drawn = list(set(text.draw(min(CHUNK, codes - done), 10)))
        if connection.vendor == "sqlite":
            chunks.append([(code, *constants) for code in drawn])
        else:
            cells = "\t".join(r"\N" if value is None else str(value) for value in constants)
            chunks.append("".join(f"{code}\t{cells}\n" for code in drawn))
    return chunks


def insert(chunks: list) -> None:
    """COPY on PostgreSQL, executemany INSERT OR IGNORE on SQLite, a transaction for each chunk."""
    marks = ", ".join("?" * len(COLUMNS))
    for chunk in chunks:
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                sql = f"INSERT OR IGNORE INTO {TABLE} ({NAMES}) VALUES ({marks})"  # noqa: S608
                connection.connection.executemany(sql, chunk)
            else:
                with cursor.copy(f"COPY {TABLE} ({NAMES}) FROM STDIN") as copy:
                    copy.write(chunk)


def delete(job: Job) -> None:
    """One DELETE of all codes of the job."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE} WHERE promotion_id = %s", [job.promotion_id])  # noqa: S608


def export(job: Job, file: IO[bytes]) -> None:
    """COPY TO of the columns as they are, or one SELECT that concatenates the line."""
    if connection.vendor == "sqlite":
        _select(job, file)
        return
    columns = 'code, consume_unit, max_uses, uses, "user", created_by, created_at'
    sql = f"COPY (SELECT {columns} FROM {TABLE} WHERE promotion_id = %s) TO STDOUT WITH (FORMAT csv)"  # noqa: S608
    with connection.cursor() as cursor, cursor.copy(sql, [job.promotion_id]) as copy:
        for part in copy:
            file.write(part)


def _select(job: Job, file: IO[bytes]) -> None:
    line = (
        "code || ',' || consume_unit || ',' || coalesce(max_uses, '') || ',' || coalesce(uses, '') || ',' || user"
        " || ',' || created_by || ',' || substr(created_at, 1, 10) || 'T' || substr(created_at, 12, 8) || 'Z'"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {line} FROM {TABLE} WHERE promotion_id = %s", [job.promotion_id])  # noqa: S608
        while rows := cursor.fetchmany(CHUNK):
            file.write("".join([f"{line}\r\n" for (line,) in rows]).encode())


def settle() -> None:
    """Brings the database to the same rest before each measurement."""
    for sql in ["VACUUM ANALYZE", "CHECKPOINT"] if connection.vendor == "postgresql" else ["PRAGMA wal_checkpoint"]:
        with connection.cursor() as cursor:
            cursor.execute(sql)


def create_one_by_one(job: Job, codes: int) -> None:
    """`create()` in a loop, in one transaction: the plain way of Django."""
    with transaction.atomic():
        for code in text.draw(codes, 10):
            PromotionCode.objects.create(promotion_id=job.promotion_id, job_id=job.pk, code=code)


def bulk_create(job: Job, codes: int) -> None:
    """`bulk_create` in chunks, each a transaction."""
    for done in range(0, codes, CHUNK):
        rows = [
            PromotionCode(promotion_id=job.promotion_id, job_id=job.pk, code=code)
            for code in set(text.draw(min(CHUNK, codes - done), 10))
        ]
        PromotionCode.objects.bulk_create(rows, ignore_conflicts=True)


PEERS: dict[str, Callable[[Job, int], None]] = {"create() in a loop": create_one_by_one, "bulk_create": bulk_create}
