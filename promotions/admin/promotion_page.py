"""The page of a promotion: what it is and how it stands above, and below it a tab for each thing that belongs to it.

Tabs are plain pages of their own, so that each asks only for its rows, and only who may see these gets it.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from promotions.admin.code import COLOURS, availability, uses_left
from promotions.admin.display import (
    PROMOTION_COLOURS,
    STATE_COLOURS,
    STATE_NAMES,
    badge,
    cancel_link,
    in_words,
    link_to,
    moment,
    number,
    progress,
)
from promotions.admin.row_views import RowViews
from promotions.admin.usage import usages_shown, usages_table
from promotions.admin.versions import versions_shown
from promotions.models import Job, Promotion, PromotionCode, Usage
from promotions.models.promotion import PromotionState

ROWS = 25
LATEST_CODES = 10
# More would take longer to count than the number is worth.
COUNTED = 10_000

# The tabs: name of the address, title, and the permission that it needs beside that to see the promotion.
TABS = (
    ("change", _("Details"), None),
    ("codes", _("Codes"), "promotions.view_promotioncode"),
    ("jobs", _("Jobs"), "promotions.view_job"),
    ("usages", _("Usages"), "promotions.view_usage"),
    ("history", _("History"), None),
)


class PromotionPage(RowViews):
    """The part of the admin of promotions that shows what belongs to one."""

    def get_urls(self) -> list[URLPattern]:
        return [
            self.at("codes", self.codes_tab, "promotions.view_promotioncode"),
            self.at("jobs", self.jobs_tab, "promotions.view_job"),
            self.at("usages", self.usages_tab, "promotions.view_usage"),
            *super().get_urls(),
        ]

    def tab(
        self, request: HttpRequest, promotion: Promotion, name: str, template: str = "", **context: Any
    ) -> HttpResponse:
        """A page of the promotion on which the tab `name` is the current one."""
        context = {
            **self.admin_site.each_context(request),
            "title": str(promotion),
            "subtitle": {tab: title for tab, title, _permission in TABS}[name],
            "opts": self.opts,
            "original": promotion,
            "media": self.media,
            "head": head(request, promotion, name),
            **context,
        }
        return TemplateResponse(request, f"admin/promotions/promotion/{template or name}.html", context)

    def codes_tab(self, request: HttpRequest, promotion: Promotion) -> HttpResponse:
        """How many codes there are, and the latest; where to search them all, add some, generate and export."""
        latest = promotion.codes.select_related("job", "promotion").order_by("-id")[:LATEST_CODES]
        table = {
            "headers": [_("code"), _("uses left"), _("availability"), _("job"), _("created at")],
            "rows": [code_row(code) for code in latest],
        }
        return self.tab(request, promotion, "codes", table=table)

    def jobs_tab(self, request: HttpRequest, promotion: Promotion) -> HttpResponse:
        jobs, older = newest(promotion.jobs.all(), request.GET.get("before", ""))
        may_cancel = request.user.has_perm("promotions.cancel_job")
        headers = [_("job"), _("type"), _("status"), _("progress"), _("created by"), _("created at")]
        table = {
            "headers": [*headers, *([_("cancel")] if may_cancel else [])],
            "rows": [[*job_row(job), *([cancel_link(job)] if may_cancel else [])] for job in jobs],
        }
        return self.tab(request, promotion, "jobs", table=table, older=older)

    def usages_tab(self, request: HttpRequest, promotion: Promotion) -> HttpResponse:
        usages = Usage.objects.filter(promotion=promotion)
        table = usages_table(usages_shown(usages)[:ROWS], with_code=True)
        total = usages.order_by()[: COUNTED + 1].count()
        return self.tab(request, promotion, "usages", table=table, total=number_in_words(total))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self.checked(request, object_id, self.history_tab)

    def history_tab(self, request: HttpRequest, promotion: Promotion) -> HttpResponse:
        """The versions, newest first, each with what it has changed."""
        versions = promotion.history.order_by("-history_id")
        rows, older = newest(versions, request.GET.get("before", ""))
        before = versions.filter(pk__lt=older).first() if older else None
        return self.tab(request, promotion, "history", versions=versions_shown(rows, before), older=older)


def newest(rows: QuerySet[Any, Any], before: str) -> tuple[list[Any], int | None]:
    """A page of rows by their keys, newest first, beginning below the key `before` if that is one.

    Returns the rows, and the key below which the next page begins, None when there is none.
    """
    if before.isascii() and before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    page = list(rows.order_by("-pk")[: ROWS + 1])
    return page[:ROWS], page[ROWS - 1].pk if len(page) > ROWS else None


def number_in_words(usages: int) -> str:
    """How many usages there are, of which at most COUNTED and one more were counted."""
    if usages > COUNTED:
        return _("More than %(number)s usages; these are the newest.") % {"number": number(COUNTED)}
    return ngettext("%(number)s usage.", "%(number)s usages.", usages) % {"number": number(usages)}


def head(request: HttpRequest, promotion: Promotion, current: str) -> dict[str, Any]:
    """What stands above the tabs: how the promotion stands, what can be done with it, and the tabs themselves."""
    now = timezone.now()
    state = promotion.state(now)
    has_perm = request.user.has_perm

    def url(name: str) -> str:
        return reverse(f"admin:promotions_promotion_{name}", args=[promotion.pk])

    tabs = [(title, url(name), name == current) for name, title, needed in TABS if needed is None or has_perm(needed)]
    may_start = has_perm("promotions.add_job")
    return {
        "state": state.label,
        "colour": PROMOTION_COLOURS[state],
        "dates": dates_in_words(promotion, now),
        "codes": codes_in_words(promotion),
        "tabs": tabs,
        "generate_url": url("generate") if may_start and not promotion.automatic else None,
        "export_url": url("export") if may_start and promotion.code_count else None,
        "add_codes_url": url("codes_add")
        if has_perm("promotions.add_promotioncode") and not promotion.automatic
        else None,
        "duplicate_url": url("duplicate") if has_perm("promotions.add_promotion") else None,
    }


def dates_in_words(promotion: Promotion, now: datetime) -> str:
    """When the promotion runs, seen from `now`."""
    sentences = {
        PromotionState.SCHEDULED: _("Starts on %(start)s, in %(until_start)s, and ends on %(end)s."),
        PromotionState.RUNNING: _("Runs since %(start)s and ends on %(end)s, in %(until_end)s."),
        PromotionState.EXPIRED: _("Ran from %(start)s to %(end)s, and ended %(since_end)s ago."),
        PromotionState.DISABLED: _("Nobody gets it. When enabled it runs from %(start)s to %(end)s."),
    }
    return sentences[promotion.state(now)] % {
        "start": in_words(promotion.start),
        "end": in_words(promotion.end),
        "until_start": timeuntil(promotion.start, now),
        "until_end": timeuntil(promotion.end, now),
        "since_end": timesince(promotion.end, now),
    }


def codes_in_words(promotion: Promotion) -> str:
    """How many codes the promotion has, of how many."""
    if promotion.automatic:
        return str(_("Applies without a code."))
    numbers = {"has": number(promotion.code_count), "limit": number(settings.PROMOTIONS_MAX_CODES)}
    return _("%(has)s of at most %(limit)s codes.") % numbers


def code_row(code: PromotionCode) -> list[Any]:
    state = availability(code)
    job = link_to(code.job) if code.job else _("by hand")
    return [link_to(code), uses_left(code), badge(state.label, COLOURS[state]), job, moment(code.created_at)]


def job_row(job: Job) -> list[Any]:
    state = badge(STATE_NAMES[job.state], STATE_COLOURS[job.state])
    kind = job.get_job_type_display()
    return [link_to(job), kind, state, progress(job), job.created_by or "-", moment(job.created_at)]
