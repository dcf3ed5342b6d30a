"""Exports: the whole file or none, whatever happens."""

import csv
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models.functions import Now
from django.utils import timezone

from promotions.codes import lines
from promotions.errors import LeaseLost
from promotions.jobs import export, lifecycle, runner
from promotions.models import Job, JobType
from promotions.states import Status
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def storage(settings, tmp_path, monkeypatch):
    """A storage of the test's own, and small batches."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(export, "BATCH", 10)
    return tmp_path


def files(storage):
    return sorted(path for path in storage.rglob("*") if path.is_file())


def an_export(codes=25, **values):
    promotion = PromotionFactory(code_count=codes)
    PromotionCodeFactory.create_batch(codes, promotion=promotion)
    return JobFactory(promotion=promotion, job_type=JobType.CODE_EXPORT, number_of_codes=None, **values)


def rows_of(job):
    with default_storage.open(job.file, "r") as file:
        return list(csv.DictReader(file))


def test_an_export_has_every_live_code_and_nothing_else(storage):
    job = an_export(3)
    PromotionCodeFactory(code="elsewhere")
    PromotionCodeFactory(
        code='ünï,"code"',
        promotion=job.promotion,
        uses=1,
        max_uses=2,
        consume_unit="per_item",
        user="=HYPERLINK()",
        created_by="The shop",
        created_at="2026-11-24T01:02:03Z",
    )
    runner.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.exported) == (Status.COMPLETED, 4)
    rows = rows_of(job)
    assert list(rows[0]) == list(lines.COLUMNS)
    assert [row["code"] for row in rows[:3]] == list(job.promotion.codes.order_by("id").values_list("code", flat=True))[
        :3
    ]
    assert rows[3] == {
        "code": 'ünï,"code"',
        "consume_unit": "per_item",
        "max_uses": "2",
        "uses": "1",
        "user": "'=HYPERLINK()",
        "created_by": "The shop",
        "created_at": "2026-11-24T01:02:03Z",
    }
    assert job.promotion.code_count == 3


def test_an_export_of_no_codes_has_its_heading():
    job = an_export(0)
    runner.run(job.pk)
    job.refresh_from_db()
    assert job.status == Status.COMPLETED
    assert rows_of(job) == []


def test_an_export_needs_no_room_for_codes(settings):
    settings.PROMOTIONS_MAX_CODES = 1
    job = an_export(5)
    runner.run(job.pk)
    job.refresh_from_db()
    assert job.status == Status.COMPLETED


def test_a_cancelled_export_leaves_no_file(storage):
    job = lifecycle.claim(an_export().pk)
    steps = export.steps(job)
    next(steps)
    Job.objects.get().cancel(by="someone")
    with pytest.raises(LeaseLost):
        next(steps)
    assert files(storage) == []


def test_an_export_that_is_cancelled_while_it_is_stored_leaves_no_file(storage, monkeypatch):
    job, real = an_export(), default_storage.save

    def save(name, content):
        Job.objects.get().cancel(by="someone")
        return real(name, content)

    monkeypatch.setattr(default_storage, "save", save)
    runner.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.file) == (Status.CANCELLED, "")
    assert files(storage) == []


def test_a_worker_that_comes_late_replaces_nothing(storage):
    job = an_export()
    late = lifecycle.claim(job.pk)
    steps = export.steps(late)
    next(steps)
    Job.objects.update(lease_expires_at=Now() - timedelta(seconds=1))
    runner.run(job.pk)
    job.refresh_from_db()
    with pytest.raises(LeaseLost):
        list(steps)
    assert job.status == Status.COMPLETED
    assert [str(path.relative_to(storage)) for path in files(storage)] == [job.file]
    assert "/2/" in job.file


def test_an_export_that_is_handed_back_is_done_anew_by_another(storage):
    job = an_export()
    runner.stop_requested.set()
    assert runner.run(job.pk) is True
    runner.stop_requested.clear()
    assert files(storage) == []
    runner.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.exported) == (Status.COMPLETED, 25)


def test_an_export_does_not_make_room_for_others_and_begin_anew_for_ever(settings):
    settings.PROMOTIONS_JOB_SLICE = 0
    job = an_export()
    JobFactory()
    assert runner.run(job.pk) is False
    job.refresh_from_db()
    assert job.status == Status.COMPLETED


def test_an_export_that_cannot_be_stored_fails_and_leaves_nothing(storage, monkeypatch):
    def full(name, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(default_storage, "save", full)
    job = an_export()
    runner.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.error, job.file) == (
        Status.FAILED,
        "the file could not be written: No space left on device",
        "",
    )
    assert files(storage) == []


def test_files_that_no_job_refers_to_are_collected_and_no_others(storage):
    done = an_export()
    runner.run(done.pk)
    done.refresh_from_db()
    busy = lifecycle.claim(an_export().pk)
    left = f"exports/{done.uuid}/7/left.csv"
    coming = f"exports/{busy.uuid}/{busy.lease_token}/coming.csv"
    unknown = "exports/0b5c8ff6-0000-4000-8000-000000000000/1/unknown.csv"
    for name in (left, coming, unknown):
        default_storage.save(name, ContentFile(b"x"))
    assert export.collect() == 2
    assert [str(path.relative_to(storage)) for path in files(storage)] == sorted([coming, done.file])
    assert export.collect() == 0


def test_an_export_expires_with_its_file(storage, settings):
    job = an_export()
    runner.run(job.pk)
    assert export.collect() == 0
    Job.objects.update(finished_at=timezone.now() - timedelta(days=settings.PROMOTIONS_EXPORT_DAYS, minutes=1))
    assert export.collect() == 1
    job.refresh_from_db()
    assert (job.status, job.file) == (Status.COMPLETED, "")
    assert files(storage) == []
