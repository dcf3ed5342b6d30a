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
        path = Path(self.path(name))
        try:
            self._give_name(content, path)
        except OSError:  # it has one, or cannot have this one, or is no file of this machine
            name = super()._save(name, content)  # type: ignore[misc]
            path = Path(self.path(name))
            _flush(path)
        for folder in path.parents:
            _flush(folder)
            if folder == Path(self.location):
                break
        return name

    def _give_name(self, content: File, path: Path) -> None:
        """Raises OSError when that cannot be done."""
        file = content.fileno()
        if os.fstat(file).st_nlink:
            raise FileExistsError(f"{content.name} has a name")
        if self.file_permissions_mode is not None:
            os.fchmod(file, self.file_permissions_mode)
        os.fsync(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(path.parent, os.O_DIRECTORY)
        try:
            # The way of open(2). Without a folder, Python would name the link that stands in /proc.
            os.link(f"/proc/self/fd/{file}", path.name, dst_dir_fd=folder, follow_symlinks=True)
        finally:
            os.close(folder)


def _flush(path: Path) -> None:
    """Have the disk keep a file, or the names in a folder."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
