"""What is left of deleted promotions is removed, whatever happens to those who do it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from promotions.codes import by_hand
from promotions.jobs import export, purge, runner
from promotions.jobs.delete import delete_promotion
from promotions.jobs.sweep import sweep_deleted
from promotions.models import Promotion, PromotionCode
from tests import queue
from tests.factories import JobFactory, PromotionFactory

pytestmark = pytest.mark.django_db

CODES = 12


@pytest.fixture
def deleted(monkeypatch):
    """A deleted promotion whose codes are removed five at a time."""
    monkeypatch.setattr(purge, "BATCH", 5)
    promotion = PromotionFactory()
    by_hand.add(promotion, [PromotionCode(code=f"c{number}") for number in range(CODES)])
    delete_promotion(promotion, by="ann")
    return promotion


@pytest.fixture
def swept(django_capture_on_commit_callbacks):
    """Sweeps at a time, and returns the keys of the promotions whose removal is in the queue then."""

    def run(**kwargs):
        queue.empty()
        with django_capture_on_commit_callbacks(execute=True):
            sweep_deleted(**kwargs)
        return queue.keys()

    return run


def after(seconds):
    return timezone.now() + timedelta(seconds=seconds)


def test_a_worker_that_is_told_to_stop_leaves_after_a_batch_and_another_goes_on(deleted):
    runner.stop_requested.set()
    assert purge.run(deleted.pk) is True
    deleted.refresh_from_db()
    assert (deleted.codes.count(), deleted.code_count) == (CODES - 5, CODES - 5)
    runner.stop_requested.clear()
    assert purge.run(deleted.pk) is False
    assert not PromotionCode.objects.exists()
    assert not Promotion.objects.exists()


def test_a_removal_whose_delivery_was_lost_is_delivered_again(deleted, swept):
    assert swept(now=after(10)) == []
    assert swept(now=after(16)) == [deleted.pk]
    assert swept(now=after(10)) == []


def test_nobody_removes_a_promotion_whose_job_is_being_undone(swept):
    job = JobFactory(status="processing")
    delete_promotion(job.promotion, by="ann")
    assert swept(at_once=True) == []


def test_a_promotion_that_is_there_is_never_removed(swept):
    promotion = PromotionFactory()
    assert swept(at_once=True) == []
    assert purge.run(promotion.pk) is False
    assert Promotion.objects.get() == promotion


def test_the_files_of_a_removed_promotion_are_collected(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    job = JobFactory(job_type="code_export", number_of_codes=None)
    runner.run(job.pk)
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".csv"]
    delete_promotion(job.promotion, by="ann")
    purge.run(job.promotion_id)
    assert export.collect() == 1
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
