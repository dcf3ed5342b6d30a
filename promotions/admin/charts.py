"""Charts of the last days, drawn as SVG by a template: no script, and the numbers are there as a table, too."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.cache import cache
from django.db.models import Aggregate, Count, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from promotions.admin.days import midnight
from promotions.admin.display import number
from promotions.models import Job, Usage
from promotions.states import Status

DAYS = 14
DAY = timedelta(days=1)

# In the units of the drawing.
BAR, GAP, HEIGHT = 16, 4, 60


@dataclass(frozen=True)
class Bar:
    label: str
    value: str
    x: int
    y: int
    height: int


@dataclass(frozen=True)
class Chart:
    """Numbers by day; `column` is what a table of them calls these, and `in_words` says their sum."""

    title: str
    column: str
    in_words: Callable[[int], str]
    values: dict[date, int]

    width = DAYS * (BAR + GAP)
    height = HEIGHT
    bar_width = BAR

    @property
    def total(self) -> str:
        total = sum(self.values.values())
        return self.in_words(total) % {"total": number(total)}

    @property
    def bars(self) -> list[Bar]:
        """A bar for each day; a day with anything at all has one that can be seen."""
        highest = max(self.values.values(), default=0) or 1
        heights = [max(HEIGHT * value // highest, 1 if value else 0) for value in self.values.values()]
        return [
            Bar(date_format(day, "SHORT_DATE_FORMAT"), number(value), place * (BAR + GAP), HEIGHT - height, height)
            for place, ((day, value), height) in enumerate(zip(self.values.items(), heights, strict=True))
        ]


def last_days() -> list[date]:
    """The last 14 days, today included, in the time zone that is shown."""
    today = timezone.localdate()
    return [today - DAY * back for back in range(DAYS - 1, -1, -1)]


def made() -> Chart:
    """How many codes jobs have made, by the day on which they came to life."""
    days = last_days()
    jobs = Job.objects.filter(status=Status.COMPLETED)
    counted = _by_day(jobs, "finished_at", lambda day: Sum("generated", filter=day, default=0), days)
    return Chart(_("Codes made by jobs"), _("Codes"), codes_in_words, counted)


def redeemed() -> Chart:
    """How many times codes were redeemed, whether or not that was reversed later.

    A day that is over does not change, so it is counted once and kept in the cache; yesterday is not quite over, as
    long as a transaction of its last moments may still be on its way.
    """
    days = last_days()
    over = days[:-2]
    kept = cache.get_many([_key(day) for day in over])
    missing = [day for day in days if _key(day) not in kept]
    counted = _by_day(Usage.objects.all(), "used_on", lambda day: Count("id", filter=day), missing)
    cache.set_many({_key(day): counted[day] for day in missing if day in over}, timeout=DAYS * 24 * 3600)
    values = {day: kept.get(_key(day), counted.get(day, 0)) for day in days}
    return Chart(_("Codes redeemed"), _("Redemptions"), redemptions_in_words, values)


def codes_in_words(total: int) -> str:
    return ngettext("%(total)s code in the last 14 days", "%(total)s codes in the last 14 days", total)


def redemptions_in_words(total: int) -> str:
    return ngettext("%(total)s redemption in the last 14 days", "%(total)s redemptions in the last 14 days", total)


def _key(day: date) -> str:
    return f"redeemed:{timezone.get_current_timezone_name()}:{day}"


def _by_day(rows: QuerySet, column: str, number: Callable[[Q], Aggregate], days: list[date]) -> dict[date, int]:
    """`number` of the rows of each of these days, in one query. Cutting a time to its day would take SQLite long."""
    within = [Q(**{f"{column}__gte": midnight(day), f"{column}__lt": midnight(day + DAY)}) for day in days]
    since = rows.filter(**{f"{column}__gte": midnight(days[0])})
    counted = since.aggregate(**{f"day{place}": number(day) for place, day in enumerate(within)})
    return {day: counted[f"day{place}"] for place, day in enumerate(days)}
