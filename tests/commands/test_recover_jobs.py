"""`manage.py recover_jobs`: which jobs it delivers again, and what it says."""

from datetime import timedelta

import pytest
from django.utils import timezone

from promotions.jobs.delete import delete_promotion
from tests import queue
from tests.factories import JobFactory, PromotionFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_waits_yet(transactional_db):
    queue.empty()


@pytest.fixture
def stranded():
    """A job whose worker has died."""
    hour = timedelta(hours=1)
    return JobFactory(
        status="processing", delivered_at=timezone.now() - 2 * hour, lease_expires_at=timezone.now() - hour
    )


def test_a_job_whose_worker_has_died_is_delivered_again(run, stranded):
    ran = run("recover_jobs")
    assert (ran.status, ran.out) == (0, f"{stranded.uuid}  delivered again\n")
    assert queue.keys() == [stranded.pk]


def test_a_job_that_only_waits_is_left_alone_unless_all_are_asked_for(run):
    job = JobFactory()
    assert run("recover_jobs").out == "No job needed to be delivered again.\n"
    assert run("recover_jobs", "--all").out == f"{job.uuid}  delivered again\n"


def test_a_job_that_a_worker_holds_is_left_alone_even_then(run):
    JobFactory(status="processing", lease_expires_at=timezone.now() + timedelta(minutes=1))
    assert run("recover_jobs", "--all").out == "No job needed to be delivered again.\n"


def test_json_names_the_jobs_and_is_alone_on_stdout(run, stranded):
    assert run("recover_jobs", "--json").json == {"delivered": [str(stranded.uuid)], "removals": []}
    assert run("recover_jobs", "--json").json == {"delivered": [], "removals": []}


def test_the_removal_of_a_deleted_promotion_is_delivered_again(run):
    promotion = PromotionFactory()
    delete_promotion(promotion, by="ann")
    queue.empty()
    assert run("recover_jobs").out == "No job needed to be delivered again.\n"
    text = f"{promotion.uuid}  removal of the deleted promotion delivered again\n"
    assert run("recover_jobs", "--all").out == text
    assert queue.keys() == [promotion.pk]
