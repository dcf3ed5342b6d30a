"""Files in a folder: stored at a stroke where that is possible, and on the disk when they are saved."""

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.core.files import File
from django.core.files.base import ContentFile

from backoffice.storage.folder import Folder
from promotions.jobs import export

NAME = "exports/job/1/codes.csv"


@pytest.fixture
def folder(tmp_path):
    return Folder(location=tmp_path / "media")


@pytest.fixture
def flushed(monkeypatch):
    """The numbers of the files and folders that were flushed to the disk, in that order."""
    seen, fsync = [], os.fsync

    def noted(file):
        fsync(file)
        seen.append(os.fstat(file).st_ino)

    monkeypatch.setattr(os, "fsync", noted)
    return seen


@pytest.fixture
def nameless(settings, tmp_path):
    settings.PROMOTIONS_TMP_DIR = tmp_path
    with export.nameless() as file:
        file.write(b"code\r\n")
        file.flush()
        file.seek(0)
        yield file


def number(path):
    return Path(path).stat().st_ino


def is_there_once(folder, name):
    path = Path(folder.path(name))
    return path.read_bytes() == b"code\r\n" and path.stat().st_nlink == 1 and path.stat().st_mode & 0o777 == 0o644


def test_a_file_without_a_name_is_stored_without_being_copied(folder, nameless, tmp_path):
    assert not [path for path in tmp_path.iterdir() if path.is_file()]
    assert folder.save(NAME, File(nameless)) == NAME
    assert number(folder.path(NAME)) == os.fstat(nameless.fileno()).st_ino
    assert is_there_once(folder, NAME)


def test_a_file_of_another_file_system_is_copied(folder, tmp_path):
    with tempfile.TemporaryFile(dir="/dev/shm") as file:
        assert os.fstat(file.fileno()).st_dev != tmp_path.stat().st_dev
        file.write(b"code\r\n")
        file.seek(0)
        assert folder.save(NAME, File(file)) == NAME
    assert is_there_once(folder, NAME)


def test_a_file_that_has_a_name_keeps_it_for_itself(folder, tmp_path):
    (tmp_path / "theirs").write_bytes(b"code\r\n")
    with (tmp_path / "theirs").open("rb") as file:
        folder.save(NAME, File(file))
    (tmp_path / "theirs").write_bytes(b"changed")
    assert is_there_once(folder, NAME)


def test_many_who_save_under_one_name_at_once_each_get_their_own(folder, settings, tmp_path):
    settings.PROMOTIONS_TMP_DIR, together = tmp_path, Barrier(8)

    def save(content):
        with export.nameless() as file:
            file.write(content)
            file.flush()
            together.wait()
            return folder.save(NAME, File(file))

    contents = [b"%d" % number for number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        names = list(threads.map(save, contents))
    assert len(set(names)) == 8
    assert [Path(folder.path(name)).read_bytes() for name in names] == contents


def test_the_file_and_then_every_folder_is_on_the_disk_when_it_is_saved(folder, nameless, flushed):
    folder.save(NAME, File(nameless))
    path = Path(folder.path(NAME))
    assert flushed == [number(place) for place in [path, *list(path.parents)[:4]]]
    assert list(path.parents)[3] == Path(folder.location)


def test_a_copy_is_on_the_disk_as_well(folder, flushed):
    folder.save(NAME, ContentFile(b"code\r\n"))
    path = Path(folder.path(NAME))
    assert flushed == [number(place) for place in [path, *list(path.parents)[:4]]]
