"""The front page: what runs, what went wrong, what is coming up. Only what the one who looks may see.

A constant number of queries, each by an index and of a bounded number of rows, so that the page is as fast with ten
million codes as with ten.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from promotions.admin.charts import made, redeemed
from promotions.admin.display import Rights, ShownJob, number
from promotions.admin.live import active_jobs
from promotions.codes.stock import Stock, stocks
from promotions.models import Job, Promotion
from promotions.models.promotion import PromotionQuerySet, PromotionState
from promotions.states import ACTIVE, Status

FAILURES_DAYS = 7
SOON = timedelta(days=7)
SHOWN = 5
FAILURES_SHOWN = 10
COUNTED = 1000

# Of so many running promotions it is looked how many codes are left.
LOOKED_AT = 30
# The share of codes that can still be used at which a promotion is low on them.
LOW_SHARE = 0.1


def callback(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds to the context of the admin's index what the front page shows. The theme calls it."""
    may = request.user.has_perm
    context["title"] = _("Overview")
    context["rights"] = Rights.of(request.user)
    context["sections"] = []
    if may("promotions.view_job"):
        context |= {"failures": _failures(request), **active_jobs(request)}
        context["sections"].append("jobs")
    if may("promotions.view_promotion"):
        context["promotions"] = promotions(timezone.now())
        context["sections"].append("promotions")
    context["charts"] = [
        *([made()] if may("promotions.view_job") else []),
        *([redeemed()] if may("promotions.view_usage") else []),
    ]
    return context


def _failures(request: HttpRequest) -> list[ShownJob]:
    since = Now() - timedelta(days=FAILURES_DAYS)
    failed = Job.objects.filter(status=Status.FAILED, finished_at__gte=since).select_related("promotion")
    rights = Rights.of(request.user)
    return [ShownJob(job, rights) for job in failed.order_by("-finished_at")[:FAILURES_SHOWN]]


def promotions(now: datetime) -> dict[str, Any]:
    """The promotions that want a look at `now`: those that begin and end soon, and those that are low on codes."""
    present = Promotion.objects.present()
    running = present.in_state(PromotionState.RUNNING, now)
    scheduled = present.in_state(PromotionState.SCHEDULED, now)
    count = running[: COUNTED + 1].count()
    return {
        "running": f"{number(COUNTED)}+" if count > COUNTED else number(count),
        "starting": scheduled.filter(start__lte=now + SOON).order_by("start")[:SHOWN],
        "ending": running.filter(end__lte=now + SOON).order_by("end")[:SHOWN],
        **low_on_codes(running),
    }


@dataclass(frozen=True)
class Low:
    """A promotion that has few codes left that can be used, or none at all."""

    promotion: Promotion
    stock: Stock

    @property
    def share(self) -> float:
        return self.stock.left / (self.promotion.code_count or 1)

    @property
    def in_words(self) -> str:
        if not self.promotion.code_count:
            return _("has no codes")
        numbers = {"left": number(self.stock.left), "all": number(self.promotion.code_count)}
        if self.stock.is_exact:
            return _("%(left)s of %(all)s codes can still be used") % numbers
        return _("about %(left)s of %(all)s codes can still be used") % numbers


def low_on_codes(running: PromotionQuerySet) -> dict[str, Any]:
    """Those of the `running` promotions that need codes and have few left that can be used, the fewest first; and
    whether there are more promotions than were looked at."""
    by_code = running.filter(automatic=False).exclude(jobs__status__in=ACTIVE)
    newest = list(by_code.order_by("-start", "-id")[: LOOKED_AT + 1])
    found = stocks(newest[:LOOKED_AT])
    low = [Low(promotion, found[promotion.pk]) for promotion in newest[:LOOKED_AT]]
    fewest = sorted((one for one in low if one.share <= LOW_SHARE), key=lambda one: one.share)
    return {"low": fewest[:SHOWN], "looked_at": LOOKED_AT if len(newest) > LOOKED_AT else None}
