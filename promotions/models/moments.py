"""Dates as the contract writes them (section 4), read in one way by every door."""

from datetime import UTC, datetime, time

from django.utils.dateparse import parse_date, parse_datetime


def moment_of(text: str) -> datetime:
    """The moment that `text` names: a date, with or without a time and a zone; no time means 00:00, no zone UTC.

    Raises ValueError.
    """
    if day := parse_date(text):
        return datetime.combine(day, time(), UTC)
    moment = parse_datetime(text)
    if moment is None:
        raise ValueError(text)
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError(text) from error
