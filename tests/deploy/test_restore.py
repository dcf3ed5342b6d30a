"""After a restore everything goes on from the moment of the backup, and ends exactly."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage

from promotions.jobs import export, runner
from promotions.jobs.create import create_job
from promotions.models import Job, JobType, Promotion, PromotionCode
from promotions.states import Status
from tests.deploy import backup
from tests.factories import PromotionCodeFactory, PromotionFactory
from tests.large_job import (
    MANY,
    assert_completed,
    let_lease_run_out,
    new_large_job,
    status,
    wait_for_end,
    wait_for_progress,
)
from tests.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_job_that_was_in_flight_at_the_backup_ends_exactly_after_the_restore(start_worker, tmp_path):
    job = new_large_job()
    worker = start_worker()
    wait_for_progress(job)
    file = backup.make(tmp_path)
    made = status(job) and job.generated
    wait_until(lambda: status(job) == Status.COMPLETED or job.generated > made)
    worker.end()
    backup.restore(file)

    assert status(job) == Status.PROCESSING
    assert 0 < job.generated <= made
    assert job.generated < MANY
    assert PromotionCode.objects.filter(job=job).count() == job.generated
    let_lease_run_out(job)
    start_worker()
    wait_for_end(job)
    assert_completed(job)


def test_exports_without_their_files_say_so_and_files_of_jobs_that_are_gone_are_removed(api, tmp_path):
    promotion = PromotionFactory(code_count=1)
    PromotionCodeFactory(promotion=promotion)
    job = create_job(promotion, JobType.CODE_EXPORT)
    runner.run(job.pk)
    file = backup.make(tmp_path)
    later = create_job(promotion, JobType.CODE_EXPORT)
    runner.run(later.pk)
    later.refresh_from_db()
    backup.restore(file)
    assert not Job.objects.filter(pk=later.pk).exists()
    shutil.rmtree(Path(settings.MEDIA_ROOT, export.FOLDER, str(job.uuid)))

    answer = api.get(f"/v2/promotions/{promotion.uuid}/jobs/{job.uuid}/file")
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["detail"] == "file not found"
    export.collect()
    assert not default_storage.exists(later.file)
    # And new ones are made as ever.
    assert Promotion.objects.get().code_count == 1
    again = create_job(promotion, JobType.CODE_EXPORT)
    runner.run(again.pk)
    again.refresh_from_db()
    assert default_storage.exists(again.file)
