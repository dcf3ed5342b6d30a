"""The front page: what runs, what went wrong, what is coming up. Only what the one who looks may see.

A constant number of queries, each by an index and of a bounded number of rows, so that the page is as fast with ten
million codes as with ten.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from promotions.admin.charts import made, redeemed
from promotions.admin.display import Rights, ShownJob, number
from promotions.admin.live import active_jobs
from promotions.models import Job, Promotion, PromotionCode
from promotions.models.promotion import PromotionQuerySet, PromotionState
from promotions.states import ACTIVE, Status

FAILURES_DAYS = 7
SOON = timedelta(days=7)
SHOWN = 5
FAILURES_SHOWN = 10
COUNTED = 1000

# Whose codes are looked through for those that can still be used: at most so many promotions with so many codes each.
FEW_CODES_PROMOTIONS = 20
FEW_CODES_MOST = 1000
# The share of usable codes below which a promotion is low on them.
FEW_CODES_SHARE = 0.1


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
        "low": low_on_codes(running),
    }


def low_on_codes(running: PromotionQuerySet) -> list[tuple[Promotion, int]]:
    """Those of the `running` promotions that need codes and have few left that can be used, and how many.

    Only among promotions with at most FEW_CODES_MOST codes: of more, nobody could count the used ones in time.
    """
    by_code = running.filter(automatic=False, code_count__lte=FEW_CODES_MOST)
    small = list(by_code.exclude(jobs__status__in=ACTIVE).order_by("code_count", "id")[:FEW_CODES_PROMOTIONS])
    usable = Count("id", filter=Q(uses=None) | Q(uses__gt=0))
    codes = PromotionCode.objects.filter(promotion__in=small).order_by().values("promotion_id")
    left = dict(codes.annotate(usable=usable).values_list("promotion_id", "usable"))
    found = [(promotion, left.get(promotion.pk, 0)) for promotion in small]
    return [(one, count) for one, count in found if count <= one.code_count * FEW_CODES_SHARE][:SHOWN]
