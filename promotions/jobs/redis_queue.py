"""Delivery through a Redis instead of the database, when `TASKS_URL` is set.

Only what django-tasks-rq lacks is here. As with the database, the queue may lose a word or say it twice.
"""

from django_tasks_rq import RQBackend


class RedisBackend(RQBackend):
    """Takes priorities, of which there are two in a Redis: the highest goes to the front, all others to the end."""

    supports_priority = True
