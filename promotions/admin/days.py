"""A filter of lists by day."""

from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import DateField
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import RangeDateFilter


def midnight(day: date) -> datetime:
    """When `day` begins, in the time zone that is shown."""
    return timezone.make_aware(datetime.combine(day, time.min))


class DaysFilter(RangeDateFilter):
    """From one day to another, both whole; the theme's own leaves the last one out. What is no day does not filter."""

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if first := self._day("from"):
            queryset = queryset.filter(**{f"{self.field_path}__gte": midnight(first)})
        if last := self._day("to"):
            queryset = queryset.filter(**{f"{self.field_path}__lt": midnight(last + timedelta(days=1))})
        return queryset

    def _day(self, end: str) -> date | None:
        try:
            # As the language that holds writes days: 01/06/2026 is in June or in January.
            day = DateField(required=False).clean(self.used_parameters.get(f"{self.field_path}_{end}"))
        except ValidationError:
            return None
        # Beyond these the calendar ends, in one time zone or another.
        return day if day and date.min.year < day.year < date.max.year else None
