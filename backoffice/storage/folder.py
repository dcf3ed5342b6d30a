"""Exports in a folder, when there is no bucket."""

import os
from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage


class Folder(FileSystemStorage):
    """Files that are on the disk when they are saved, so that no power failure takes what a job refers to.

    One that has no name yet, and is on the same file system, is given it at a stroke instead of being copied.
    """

    def _save(self, name: str, content: File) -> str:
        try:
            self._give_name(content, Path(self.path(name)))
        except OSError:  # it has one, or cannot have this one, or is no file of this machine
            name = super()._save(name, content)  # type: ignore[misc]
        for place in (name, *Path(name).parents):
            _flush(self.path(str(place)))
        return name

    def _give_name(self, content: File, path: Path) -> None:
        """Raises OSError when that cannot be done."""
        file = content.fileno()
        if os.fstat(file).st_nlink:
            raise FileExistsError(f"{content.name} has a name")
        if self.file_permissions_mode is not None:
            os.fchmod(file, self.file_permissions_mode)
        path.parent.mkdir(parents=True, exist_ok=True)
        # The way of open(2). Only with a descriptor, which means nothing for a whole path, does Python follow the link.
        os.link(f"/proc/self/fd/{file}", path, src_dir_fd=file, follow_symlinks=True)


def _flush(path: str) -> None:
    """Have the disk keep a file, or the names in a folder."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
