"""What must be true when everything has come to its end; each finding is a sentence."""

import csv
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Count

from promotions.jobs import export
from promotions.models import Job, JobType, Promotion, PromotionCode, Usage
from promotions.states import TERMINAL, Status
from tests.chaos.storm.clients import Told


def findings(told: Told, uses: int) -> list[str]:
    """Everything that is not as it must be. `uses` is how often each code for redeeming could be used at first."""
    return [*told.odd, *of_jobs(told), *of_promotions(), *of_files(), *of_usages(told, uses)]


def of_jobs(told: Told) -> Iterator[str]:
    codes = dict(PromotionCode.objects.exclude(job=None).values_list("job").annotate(Count("id")))
    for job in Job.objects.all():
        wanted = job.number_of_codes if job.status == Status.COMPLETED and job.job_type == JobType.CODE_GENERATE else 0
        if job.status not in TERMINAL:
            yield f"{job.uuid} has not ended: {job.state}"
        elif codes.get(job.pk, 0) != wanted:
            yield f"{job.uuid} is {job.status} with {codes.get(job.pk, 0)} codes instead of {wanted}"
        if str(job.uuid) in told.cancelled and job.status != Status.CANCELLED:
            yield f"{job.uuid} is {job.status} though its cancel was acknowledged"
    there = {str(one) for one in Job.objects.values_list("uuid", flat=True)}
    yield from (f"{job} was created and is not there" for _, job in told.created if job not in there)


def of_promotions() -> Iterator[str]:
    for promotion in Promotion.objects.annotate(there=Count("codes")):
        if promotion.code_count != promotion.there:
            yield f"{promotion.uuid} counts {promotion.code_count} codes and has {promotion.there}"
    if PromotionCode.objects.count() != PromotionCode.objects.values("code").distinct().count():
        yield "a code is there twice"


def of_files() -> Iterator[str]:
    export.collect()
    exports = Job.objects.exclude(file="")
    for job in exports:
        with default_storage.open(job.file) as file:
            content = file.read()
        rows = list(csv.reader(io.StringIO(content.decode())))[1:]
        if len(rows) != job.exported or len({row[0] for row in rows}) != job.exported:
            yield f"{job.file} has {len(rows)} rows, its job says {job.exported}"
        if hashlib.sha256(content).hexdigest() != job.file_sha256:
            yield f"{job.file} is not what was written"
    stored = stored_files(export.FOLDER)
    if stored != len(exports):
        yield f"{stored} files are stored, {len(exports)} are referred to"
    if settings.PROMOTIONS_TMP_DIR and (left := list(Path(settings.PROMOTIONS_TMP_DIR).iterdir())):
        yield f"temporary files are left: {left}"


def stored_files(folder: str) -> int:
    """How many files the storage has in the folder and below it."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return 0
    return len(files) + sum(stored_files(f"{folder}/{one}") for one in folders)


def of_usages(told: Told, uses: int) -> Iterator[str]:
    if Usage.objects.count() != len(told.redeemed):
        yield f"{len(told.redeemed)} redemptions were acknowledged, {Usage.objects.count()} are there"
    for code in PromotionCode.objects.filter(job=None):
        used = sum(one == code.code for one in told.redeemed.values())
        if code.uses != uses - used:
            yield f"{code} has {code.uses} uses left instead of {uses - used}"


def figures(told: Told) -> dict[str, object]:
    """Numbers for people: what was done, and the seconds from a cancel to `cancelled`."""
    cancelled = Job.objects.filter(status=Status.CANCELLED)
    took = sorted((job.finished_at - job.cancel_requested_at).total_seconds() for job in cancelled)
    times = (
        {"p50": median(took), "p99": quantiles(took, n=100, method="inclusive")[-1], "max": took[-1]}
        if len(took) > 1
        else {}
    )
    return {
        "jobs": dict(Job.objects.values_list("status").annotate(Count("id")).order_by("status")),
        "taken_over": Job.objects.filter(lease_token__gt=1).count(),
        "codes_made": sum(Job.objects.values_list("generated", flat=True)),
        "codes_there": PromotionCode.objects.count(),
        "redeemed": len(told.redeemed),
        "answers": told.answers,
        "connections_cut": told.cut_off,
        "seconds_from_cancel_to_cancelled": {name: round(seconds, 2) for name, seconds in times.items()},
    }
