"""Writing a promotion's codes into a file, which is in the storage whole or not at all.

The rows go into a local file without a name, which goes with its process; it is saved under a name that carries the
worker's token, and the job refers to it in the UPDATE that completes it. So a worker that lost the job can replace
nothing, and files that no job refers to are `collect`ed.
"""

import hashlib
import logging
import os
import tempfile
import time
from collections.abc import Generator, Iterator
from datetime import UTC, timedelta
from typing import IO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models.functions import Now
from django.utils import timezone

from promotions.codes import lines
from promotions.errors import FILE_NOT_WRITTEN, JobFailure, LeaseLost
from promotions.jobs import lifecycle
from promotions.models import Job, PromotionCode
from promotions.models.lookup import as_uuid
from promotions.states import ACTIVE

logger = logging.getLogger(__name__)

FOLDER = "exports"
# Some 50 to 80 ms of work, which lock nothing.
BATCH = 50_000


def steps(job: Job) -> Iterator[None]:
    """Do the job: yields after each batch of rows, and completes it when the file is stored.

    A worker that leaves at a yield leaves nothing; the next begins anew. Raises LeaseLost when the job is not
    this worker's any more, JobFailure when the file cannot be written or stored.
    """
    try:
        stored, sha256 = yield from _stored(job)
    except OSError as error:
        raise JobFailure(FILE_NOT_WRITTEN % {"why": error.strerror or error}) from error
    try:
        lifecycle.complete(job, file=stored, file_sha256=sha256)
    except LeaseLost:
        default_storage.delete(stored)
        raise


def _stored(job: Job) -> Generator[None, None, tuple[str, str]]:
    """Write the file and store it, which yields after each batch; returns its name in the storage and its SHA-256."""
    sha256 = hashlib.sha256()
    with nameless() as file:

        def put(part: bytes) -> None:
            file.write(part)
            sha256.update(part)

        put(lines.heading())
        for part, exported in _parts(job):
            put(part)
            lifecycle.renew(job, exported)
            yield
        file.flush()
        file.seek(0)
        return default_storage.save(_name(job), Renewing(file, job)), sha256.hexdigest()


def nameless() -> IO[bytes]:
    """A new file that has no name, and so goes with its process; unlike that of tempfile, it can be given one."""
    try:
        return open(settings.PROMOTIONS_TMP_DIR, "w+b", opener=_open_nameless)
    except (AttributeError, OSError):  # not on Linux, or not on this file system
        return tempfile.TemporaryFile(dir=settings.PROMOTIONS_TMP_DIR)


def _open_nameless(folder: str, _flags: int) -> int:
    return os.open(folder, os.O_RDWR | os.O_TMPFILE, 0o600)


class Renewing(File):
    """The file while it is stored, which may take longer than a lease: reading it renews the job's.

    Raises LeaseLost out of the storage when the job is not this worker's any more.
    """

    EVERY = 1.0  # seconds

    def __init__(self, file: IO[bytes], job: Job) -> None:
        super().__init__(file)
        self._rows, self._job, self._renewed = file, job, time.monotonic()

    def read(self, *size: int) -> bytes:
        if time.monotonic() - self._renewed >= self.EVERY:
            lifecycle.renew(self._job, self._job.exported)
            self._renewed = time.monotonic()
        return self._rows.read(*size)


def collect() -> int:
    """Remove from the storage the exports that have expired, and every file that no job refers to or will. What lies
    there and is not named as a job is somebody else's, and left alone.

    Returns how many files were removed. Any number of processes may do so at a time.
    """
    kept = timedelta(days=settings.PROMOTIONS_EXPORT_DAYS)
    Job.objects.exclude(file="").filter(finished_at__lt=Now() - kept).update(file="")
    removed = 0
    for job_id in filter(as_uuid, _folders(FOLDER)):
        # Listed before the job is read: what appears later belongs to a later token.
        tokens = _folders(f"{FOLDER}/{job_id}")
        job = Job.objects.filter(uuid=job_id).only("status", "file", "lease_token").first()
        for token in tokens:
            if not (job and _is_needed(job, token)):
                removed += _remove(f"{FOLDER}/{job_id}/{token}", job.file if job else "")
    return removed


def _is_needed(job: Job, token: str) -> bool:
    """Whether a holder of the job may still be storing under this token."""
    return job.status in ACTIVE and token == str(job.lease_token)


def _folders(path: str) -> list[str]:
    try:
        return default_storage.listdir(path)[0]
    except FileNotFoundError:
        return []


def _remove(folder: str, keep: str) -> int:
    names = [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]]
    unwanted = [name for name in names if name != keep]
    for name in unwanted:
        default_storage.delete(name)
        logger.info("removed %s: no job refers to it", name)
    return len(unwanted)


def _name(job: Job) -> str:
    now = timezone.now().astimezone(UTC)
    return f"{FOLDER}/{job.uuid}/{job.lease_token}/{job.uuid}_{now:%Y%m%d}_{now:%H%M%S}_codes.csv"


def _parts(job: Job) -> Iterator[tuple[bytes, int]]:
    """The lines of the promotion's codes, in parts, each with how many there are then."""
    # None of them is hidden: this is the promotion's only active job, and one that has ended has none that are.
    codes = PromotionCode.objects.filter(promotion_id=job.promotion_id)
    exported = last_id = 0
    while True:
        text, count, last_id = lines.read_next(codes, last_id, BATCH)
        if not count:
            return
        exported += count
        yield text, exported
