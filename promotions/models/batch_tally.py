"""How fast workers are: their batches, added up. Told by `/metrics`; nothing else depends on it."""

from django.db import models


class BatchTally(models.Model):
    """The batches that have `what` was done to codes, and took at most `bound` seconds but more than the bound below.

    Only ever grows: all workers add to the same rows (promotions.jobs.tally), whichever of them come and go.
    """

    what = models.CharField(max_length=10)
    bound = models.CharField(max_length=8)
    batches = models.PositiveBigIntegerField(default=0)
    seconds = models.FloatField(default=0)
    codes = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["what", "id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["what", "bound"], name="batch_tally_unique")]

    def __str__(self) -> str:
        return f"{self.what} within {self.bound} s"
