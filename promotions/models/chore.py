"""When the next turn of each chore is, so that of many workers one does it."""

from django.db import models
from django.db.models.functions import Now


class ChoreTurn(models.Model):
    """The one row of a chore: when it is to be done next, and how it went the last time.

    A worker takes a turn by one conditional UPDATE (promotions.ops.chores). All times are the database's.
    """

    name = models.CharField(max_length=50, primary_key=True)
    next_at = models.DateTimeField(db_default=Now())
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    removed = models.PositiveBigIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
