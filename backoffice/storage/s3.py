"""Exports in a storage that speaks S3, when `S3_BUCKET` is set."""

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files import File
from storages.backends.s3 import S3Storage


@contextmanager
def as_os_error() -> Iterator[None]:
    """Raises what goes wrong as OSError, as the file system does, so that nobody else has to know boto3."""
    try:
        yield
    except (BotoCoreError, Boto3Error, ClientError) as error:
        raise OSError(f"the storage failed: {error}") from error


class S3(S3Storage):
    """A private bucket, whose files are had by links that it signs itself."""

    def get_default_settings(self) -> dict[str, Any]:
        return super().get_default_settings() | {
            "default_acl": None,
            "file_overwrite": False,
            "querystring_auth": True,
            "querystring_expire": settings.PROMOTIONS_LINK_SECONDS,
            # A storage that is away is told within half a minute, and asked again later.
            "client_config": Config(
                signature_version="s3v4",
                connect_timeout=5,
                read_timeout=20,
                retries={"mode": "standard", "total_max_attempts": 2},
            ),
            # In the thread that reads: what it reads from renews the job's lease, in its own connection.
            "transfer_config": TransferConfig(use_threads=False),
        }

    def url(
        self,
        name: str,
        parameters: dict[str, str] | None = None,
        expire: int | None = None,
        http_method: str | None = None,
    ) -> str:
        """A link that is good for PROMOTIONS_LINK_SECONDS and has browsers save the file under its own name."""
        saved = {
            "ResponseContentDisposition": f'attachment; filename="{posixpath.basename(name)}"',
            "ResponseContentType": "text/csv; charset=utf-8",
        }
        return super().url(name, saved | (parameters or {}), expire, http_method)

    def save(self, name: str | None, content: File, max_length: int | None = None) -> str:
        with as_os_error():
            return super().save(name, content, max_length)

    def _open(self, name: str, mode: str = "rb") -> File:
        with as_os_error():
            return super()._open(name, mode)

    def exists(self, name: str) -> bool:
        with as_os_error():
            return super().exists(name)

    def delete(self, name: str) -> None:
        with as_os_error():
            super().delete(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with as_os_error():
            return super().listdir(path)
