"""How the work on jobs is going: whether anybody does it, and how long it has been waiting.

Read by whoever watches over the back office; nothing here changes anything.
"""

from datetime import timedelta

from django.db.models.functions import Coalesce, Greatest, Now

from promotions.models import Job
from promotions.states import Status

# A worker that has nothing else to do takes a delivery up within a second.
TAKEN_UP_WITHIN = timedelta(seconds=30)


def oldest_pending() -> timedelta | None:
    """For how long the pending job that waits longest has waited, by the database's clock; None when none waits."""
    # `active` besides: it is the condition of the index.
    waiting = Job.objects.active().filter(status=Status.PENDING).annotate(time=Now()).order_by("id")
    times = waiting.values_list("created_at", "time").first()
    return max(times[1] - times[0], timedelta()) if times else None


def workers_alive() -> bool | None:
    """Whether some worker shows signs of life; None when there is nothing to do, so that none can be seen.

    A lease that runs is one. A delivery that nobody takes up, while no lease runs, tells that there is no worker.
    """
    if Job.objects.active().filter(lease_expires_at__gt=Now()).exists():
        return True
    left_at = Greatest("delivered_at", Coalesce("lease_expires_at", "delivered_at"))
    unheld = Job.objects.unheld().annotate(time=Now(), left_at=left_at).order_by("left_at")
    times = unheld.values_list("left_at", "time").first()
    return None if times is None or times[1] - times[0] <= TAKEN_UP_WITHIN else False
