"""How the work on jobs is going: whether anybody does it, and how long it has been waiting.

Read by whoever watches over the back office; nothing here changes anything.
"""

from datetime import timedelta

from django.db.models.functions import Now

from promotions.models import Job, Worker
from promotions.states import Status


def oldest_pending() -> timedelta | None:
    """For how long the pending job that waits longest has waited, by the database's clock; None when none waits."""
    # `active` besides: it is the condition of the index.
    waiting = Job.objects.active().filter(status=Status.PENDING).annotate(time=Now()).order_by("id")
    times = waiting.values_list("created_at", "time").first()
    return max(times[1] - times[0], timedelta()) if times else None


def workers_alive() -> int:
    """How many workers have given a sign of life lately (jobs.heartbeat)."""
    return Worker.objects.alive().count()
