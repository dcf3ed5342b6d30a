"""Who is acting, through which door and from where: said once where a request, command or worker begins.

Whatever is changed meanwhile is written down with it (promotions.models.audit). Nothing here decides anything.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from django.db import models
from django.utils.translation import gettext_lazy as _


class Door(models.TextChoices):
    """What someone acts through."""

    API = "api", _("API")
    ADMIN = "admin", _("Back office")
    COMMAND = "command", _("Command line")
    WORKER = "worker", _("Worker")
    OTHER = "other", _("Other")


@dataclass(frozen=True)
class Actor:
    """`address` is the IP address of a client, or host and process of what runs on our own machines."""

    name: str = ""
    door: Door = Door.OTHER
    address: str = ""


NOBODY = Actor()
_present: ContextVar[Actor] = ContextVar("actor", default=NOBODY)


def present_actor() -> Actor:
    """Who is acting now; nameless and through no door of ours when nobody has said so."""
    return _present.get()


@contextmanager
def acting(name: str, door: Door, address: str) -> Iterator[None]:
    """Within it, whatever changes is this one's doing."""
    before = _present.set(Actor(name, door, address))
    try:
        yield
    finally:
        _present.reset(before)


def name_actor(name: str) -> None:
    """Name the one who is acting, where it turns out only later who that is. Holds as long as its `acting`."""
    _present.set(replace(_present.get(), name=name))
