"""Delivery: telling some worker what to work on. The queue carries a row's key and nothing else.

A queue that is away makes nothing fail: what is not delivered now is found by the sweep.
"""

from django.db import transaction
from django_tasks import task
from django_tasks.base import TASK_MAX_PRIORITY, Task

from promotions.jobs import purge, runner
from promotions.models import Job

# Undoing goes before new work: who has cancelled a job waits for it to be gone.
PRIORITY_UNDO = TASK_MAX_PRIORITY


@task()
def work_on_job(job_id: int) -> None:
    """Work on a job for one slice; a second delivery of the same job does no harm."""
    if runner.run(job_id):
        deliver(Job.objects.get(pk=job_id))


def deliver(job: Job) -> None:
    """Have the job worked on, as soon as the present transaction is committed."""
    priority = PRIORITY_UNDO if job.is_undoing else 0
    _on_commit(work_on_job.using(priority=priority), job.pk)


@task()
def remove_promotion(promotion_id: int) -> None:
    """Remove what is left of a deleted promotion, for one slice; a second delivery does no harm."""
    if purge.run(promotion_id):
        deliver_removal(promotion_id)


def deliver_removal(promotion_id: int) -> None:
    """Have a deleted promotion removed, as soon as the present transaction is committed."""
    _on_commit(remove_promotion, promotion_id)


def _on_commit(wanted: Task, key: int) -> None:
    def enqueue() -> None:
        wanted.enqueue(key)

    transaction.on_commit(enqueue, robust=True)
