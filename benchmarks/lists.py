"""How long lists and pages take with very many codes in one promotion, at rest and while a job of that size works.

    python -m benchmarks.lists [--codes 300000] [--job 6000000] [--json FILE]

Works on a database of its own beside the one of DATABASE_URL, which it makes and drops. A page is asked for through
the whole application, again and again in turn with the others; the median and the slowest are printed, in
milliseconds: at rest, while a worker in another process generates `--job` codes in the same promotion, and while
these are undone again.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from oauth2_provider.generators import generate_client_secret
from rich.console import Console
from rich.table import Table

from benchmarks.database import own_database, run
from promotions.jobs import runner
from promotions.jobs.create import create_job
from promotions.models import Job, JobType, Promotion, PromotionCode
from promotions.states import ACTIVE, Status
from tests.factories import ApiClientFactory, PromotionCodeFactory, PromotionFactory, UsageFactory
from tests.processes import Process, wait_until

LIMIT_MS = 200
ROUNDS = 10
SMALL_PROMOTIONS = 300
USAGES = 2_000

Pages = dict[str, Callable[[], object]]


def shop(codes: int) -> Promotion:
    """A promotion with `codes` codes made by a job, some of them redeemed, among many small promotions."""
    for promotion in PromotionFactory.create_batch(SMALL_PROMOTIONS):
        runner.run(create_job(promotion, JobType.CODE_GENERATE, number_of_codes=10).pk)
    big = PromotionFactory(name="Big one")
    runner.run(create_job(big, JobType.CODE_GENERATE, name="First", number_of_codes=codes, code_prefix="big").pk)
    PromotionCodeFactory.create_batch(20, promotion=big)
    Promotion.objects.filter(pk=big.pk).reserve(20, 10**9)
    code = big.codes.first()
    UsageFactory.create_batch(USAGES, of=code)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return big


def integrator() -> Callable[[str], object]:
    """What asks for an address of the API, with a good token."""
    secret = generate_client_secret()
    client = ApiClientFactory(client_secret=secret)
    form = {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": secret}
    answer = Client().post("/oauth/access_token", urlencode(form), content_type="application/x-www-form-urlencoded")
    token = answer.json()["access_token"]
    return asking(Client(headers={"Authorization": f"Bearer {token}"}))


def member_of_staff() -> Callable[[str], object]:
    """What asks for a page of the admin, logged in."""
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("bench"))
    return asking(client)


def asking(client: Client) -> Callable[[str], object]:
    def ask(url: str) -> None:
        answer = client.get(url)
        assert answer.status_code == 200, (url, answer.status_code, answer.content[:300])

    return ask


def pages(big: Promotion) -> Pages:
    """Every list and page that could come near the codes, by its name."""
    first_job = big.jobs.last()
    assert first_job is not None
    code = PromotionCode.objects.filter(promotion=big, job=first_job).order_by("id")[100]
    v2, admin = f"/v2/promotions/{big.uuid}", "/admin/promotions"
    of_api = {
        "codes, first page": f"{v2}/codes?page[limit]=100",
        "codes, offset 10,000": f"{v2}/codes?page[limit]=100&page[offset]=10000",
        "codes, one by its text": f"{v2}/codes?filter=eq(code,{code.code})",
        "promotions, first page": "/v2/promotions?page[limit]=100",
        "promotions, by a code": f"/v2/promotions?filter=eq(code,{code.code})",
        "one promotion": v2,
        "its history": f"{v2}/history",
        "its jobs": f"{v2}/jobs",
        "its usages": f"{v2}/usages?page[limit]=100",
        "usages of a code": f"{v2}/codes/{big.usages.values_list('code', flat=True)[0]}/usages",
    }
    of_admin = {
        "codes": f"{admin}/promotioncode/",
        "codes, page 100": f"{admin}/promotioncode/?p=100",
        "codes, one by its text": f"{admin}/promotioncode/?q={code.code}",
        "codes, by a prefix": f"{admin}/promotioncode/?q=big",
        "codes, by a promotion": f"{admin}/promotioncode/?promotion__id__exact={big.pk}",
        "codes of a promotion, page 100": f"{admin}/promotioncode/?promotion__id__exact={big.pk}&p=100",
        "codes, not there": f"{admin}/promotioncode/?q=nothing-like-it",
        "one code": f"{admin}/promotioncode/{code.pk}/change/",
        "promotions": f"{admin}/promotion/",
        "codes of a promotion, by a prefix": f"{admin}/promotioncode/?promotion__id__exact={big.pk}&q=big",
        "promotion": f"{admin}/promotion/{big.pk}/change/",
        **{f"promotion, {tab}": f"{admin}/promotion/{big.pk}/{tab}/" for tab in ("codes", "jobs", "usages", "history")},
        "promotion, generate codes": f"{admin}/promotion/{big.pk}/generate/",
        "promotion, before deleting": f"{admin}/promotion/{big.pk}/delete/",
        "jobs": f"{admin}/job/",
        "job": f"{admin}/job/{first_job.pk}/change/",
        "new job": f"{admin}/job/add/?promotion={big.pk}",
        "overview": "/admin/",
        "overview, its active jobs": f"{admin}/job/live/active/",
        "job, while it is looked at": f"{admin}/job/{first_job.pk}/live/",
        "audit trail": f"{admin}/auditentry/",
        "audit trail, of a job": f"{admin}/auditentry/?q={first_job.uuid}",
        "usages": f"{admin}/usage/",
        "usages, by a code": f"{admin}/usage/?q={big.usages.values_list('code', flat=True)[0]}",
        "usages, by a promotion": f"{admin}/usage/?promotion__id__exact={big.pk}",
    }
    api, staff = integrator(), member_of_staff()
    return {
        **{f"API: {name}": lambda url=url: api(url) for name, url in of_api.items()},
        **{f"admin: {name}": lambda url=url: staff(url) for name, url in of_admin.items()},
    }


def timed(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return (time.perf_counter() - begun) * 1000


def measured(asked: Pages, goes_on: Callable[[], bool] = lambda: True) -> dict[str, list[float]]:
    """Milliseconds that each page took in up to ROUNDS rounds, as long as it `goes_on`."""
    took: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(ROUNDS):
        for name, action in asked.items():
            if goes_on():
                took[name].append(timed(action))
    return took


def phases(big: Promotion, codes_of_job: int) -> Iterator[tuple[str, dict[str, list[float]]]]:
    asked = pages(big)
    for action in asked.values():
        action()  # templates and caches
    yield "at rest", measured(asked)

    job = create_job(big, JobType.CODE_GENERATE, name="Second", number_of_codes=codes_of_job, code_prefix="big")
    standing = Job.objects.filter(pk=job.pk)
    worker = Process("manage.py", "run_worker", "--interval", "0.1", PROMOTIONS_SWEEP_INTERVAL="5")
    try:
        wait_until(lambda: standing.get().generated > codes_of_job // 3, seconds=600)
        yield "generating", measured(asked, lambda: standing.get().status == Status.PROCESSING)
        if standing.get().status != Status.PROCESSING:
            raise SystemExit("the worker was done too early: take a larger --job")
        job.cancel(by="benchmark")
        yield "undoing", measured(asked, lambda: standing.get().status == Status.CANCELLING)
        wait_until(lambda: standing.get().status not in ACTIVE, seconds=600)
    finally:
        worker.end()


def summary(codes: int, codes_of_job: int) -> dict[str, object]:
    """The figures of all phases: for each page the median and the slowest, in milliseconds."""
    big = shop(codes)
    figures = {
        phase: {
            name: {"median": median(took), "slowest": max(took), "asked": len(took)}
            for name, took in of_pages.items()
            if took
        }
        for phase, of_pages in phases(big, codes_of_job)
    }
    return {"database": connection.vendor, "codes": codes, "codes_of_job": codes_of_job, "milliseconds": figures}


def shown(result: dict) -> Table:
    title = f"{result['database']}: {result['codes']:,} codes in a promotion, {result['codes_of_job']:,} of a job; ms"
    table = Table("page", *[f"{phase}: median / slowest" for phase in result["milliseconds"]], title=title)
    for name in result["milliseconds"]["at rest"]:
        cells = []
        for of_pages in result["milliseconds"].values():
            one = of_pages.get(name)
            text = f"{one['median']:.0f} / {one['slowest']:.0f}" if one else "not reached"
            cells.append(f"[red]{text}[/red]" if one and one["median"] > LIMIT_MS else text)
        table.add_row(name, *cells)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--codes", type=int, default=300_000, help="codes at rest (default: %(default)s)")
    parser.add_argument("--job", type=int, default=6_000_000, help="codes of the job (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    with own_database():
        result = summary(options.codes, options.job)
    Console(width=150).print(shown(result))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2))


if __name__ == "__main__":
    run("benchmarks.lists", main)
