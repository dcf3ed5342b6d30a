"""What waits in the queue, whoever delivers it: the database, or the Redis of TASKS_URL."""

from django.conf import settings
from django_tasks_db.models import DBTaskResult


def empty():
    """Nothing waits any more."""
    if settings.TASKS_URL:
        _in_redis().empty()
    DBTaskResult.objects.all().delete()


def keys():
    """The keys of what waits, in the order in which workers take it."""
    if settings.TASKS_URL:
        return [delivery.args[0] for delivery in _in_redis().jobs]
    return [one.args_kwargs["args"][0] for one in DBTaskResult.objects.order_by("-priority", "enqueued_at")]


def _in_redis():
    # Not imported otherwise: it needs the settings of the queue in Redis.
    import django_rq
    from django_tasks_rq import Job

    return django_rq.get_queue(job_class=Job)
