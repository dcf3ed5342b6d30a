"""Workers' signs of life: which of them are there. Nothing about jobs; who holds one is told by its lease."""

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now

# A worker gives a sign every few seconds; one that has been silent for so long is taken for dead.
SILENCE = timedelta(seconds=30)


class WorkerQuerySet(models.QuerySet["Worker"]):
    def alive(self) -> "WorkerQuerySet":
        """The workers that have given a sign lately, by the database's clock."""
        return self.filter(seen_at__gt=Now() - SILENCE)


class Worker(models.Model):
    """A process that works on jobs. Its row goes when it ends in good order, and is silent when it was killed."""

    name = models.CharField(max_length=64)
    address = models.CharField(max_length=255)
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    objects = WorkerQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["name"], name="worker_name_unique")]

    def __str__(self) -> str:
        return self.address
