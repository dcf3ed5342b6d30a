"""A database whose disk is full: requests are told to come again, jobs wait, and nothing is half there.

SQLite can be told how large its file may become. PostgreSQL reports a full disk by an error of the same kind.
"""

import pytest
from django.db import connection

from promotions.jobs import runner
from promotions.jobs.create import create_job
from promotions.models import Job, JobType, Promotion, PromotionCode
from promotions.states import Status
from tests.factories import PromotionFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL cannot be told how much it may store"),
]

CODES = 60_000


def pragma(name, value=""):
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name} {value}")
        return cursor.fetchone()[0]


@pytest.fixture
def leave_room():
    """Leaves room for so many pages more in the file."""
    without_end = pragma("max_page_count")
    yield lambda pages: pragma("max_page_count", f"= {pragma('page_count') - pragma('freelist_count') + pages}")
    pragma("max_page_count", f"= {without_end}")


def test_a_job_rests_until_there_is_room_and_is_then_whole(leave_room, settings):
    job = create_job(PromotionFactory(), JobType.CODE_GENERATE, number_of_codes=CODES)
    connection.cursor().execute("VACUUM")
    leave_room(700)
    runner.run(job.pk)
    job.refresh_from_db()
    assert job.status == Status.PROCESSING
    assert 0 < job.generated == PromotionCode.objects.filter(job=job).count() < CODES
    assert not PromotionCode.objects.live().exists()

    leave_room(100_000)
    Job.objects.update(lease_expires_at=None)
    runner.run(job.pk)
    job.refresh_from_db()
    assert job.status == Status.COMPLETED
    assert PromotionCode.objects.live().count() == CODES


def test_a_job_that_rests_for_want_of_room_can_be_cancelled_and_makes_room(leave_room):
    job = create_job(PromotionFactory(), JobType.CODE_GENERATE, number_of_codes=CODES)
    connection.cursor().execute("VACUUM")
    leave_room(700)
    runner.run(job.pk)
    leave_room(50)
    job.cancel(by="ann")
    Job.objects.update(lease_expires_at=None)
    runner.run(job.pk)
    job.refresh_from_db()
    assert job.status == Status.CANCELLED
    assert not PromotionCode.objects.exists()


def test_a_request_is_told_to_come_again_and_nothing_of_it_is_there(api, leave_room):
    promotion = PromotionFactory()
    connection.cursor().execute("VACUUM")
    leave_room(2)
    codes = [{"code": f"{number:050}"} for number in range(1000)]
    answer = api.post(f"/v2/promotions/{promotion.uuid}/codes", {"data": {"type": "promotion_codes", "codes": codes}})
    assert answer.status_code == 503
    assert answer.json()["errors"][0]["status"] == "503"
    assert answer.headers["Retry-After"]
    assert not PromotionCode.objects.exists()
    assert Promotion.objects.get().code_count == 0
