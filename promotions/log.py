"""What a line of the log says besides its message: which request, worker and job it belongs to.

The lowest layer, beside `errors`: it knows neither Django nor the models, so that everyone may use it, also gunicorn.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

# What people see behind the message; the job stands in it already.
SHOWN_IN_LINES = ("request_id", "worker", "token")

_context: ContextVar[Mapping[str, Any]] = ContextVar("log_context", default={})  # noqa: B039 - never changed in place
_process: dict[str, Any] = {}


@contextmanager
def about(**fields: Any) -> Iterator[None]:
    """Put `fields` into every line that this thread logs inside the block."""
    before = _context.set({**_context.get(), **fields})
    try:
        yield
    finally:
        _context.reset(before)


def about_process(**fields: Any) -> None:
    """Put `fields` into every line that this process logs from now on, in all its threads."""
    _process.update(fields)


def current(name: str) -> Any:
    """The field `name` as a line that is logged now would have it; None when it would have none."""
    return {**_process, **_context.get()}.get(name)


class Context(logging.Filter):
    """Adds the fields to a record. What a record says of itself (`extra`) wins."""

    def filter(self, record: logging.LogRecord) -> bool:
        # What Django logs of a request when it has been answered comes with the request itself.
        request_id = getattr(getattr(record, "request", None), "request_id", None)
        late = {"request_id": request_id} if request_id else {}
        for name, value in {**_process, **late, **_context.get()}.items():
            if not hasattr(record, name):
                setattr(record, name, value)
        return True


class Line(logging.Formatter):
    """A line for people, with the fields in brackets at its end."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        fields = [f"{name}={getattr(record, name)}" for name in SHOWN_IN_LINES if hasattr(record, name)]
        return super().formatMessage(record) + (f" [{' '.join(fields)}]" if fields else "")


class Json(JsonFormatter):
    """A line for programs: one JSON object. Its time is UTC."""

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "exception"},
            timestamp="time",
            # Django's: the request as an object, whose text has the query in it.
            reserved_attrs=[*RESERVED_ATTRS, "request"],
        )
