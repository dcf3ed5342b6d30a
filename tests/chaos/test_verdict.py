"""The verdict on a storm sees what is wrong, each thing that it looks for."""

import hashlib

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from promotions.models import Job, Promotion, PromotionCode
from tests.chaos.storm.clients import Told
from tests.chaos.storm.verdict import findings
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory, UsageFactory

pytestmark = pytest.mark.django_db
USES = 10


@pytest.fixture(autouse=True)
def _own_temporary_files(own_files, settings, tmp_path):
    settings.PROMOTIONS_TMP_DIR = tmp_path / "tmp"
    settings.PROMOTIONS_TMP_DIR.mkdir()


@pytest.fixture
def calm():
    """A shop after a storm in which nothing went wrong, and what its clients were told."""
    promotion = PromotionFactory(code_count=1)
    UsageFactory(of=PromotionCodeFactory(promotion=promotion, uses=USES - 1, max_uses=USES, code="mine"))
    job = JobFactory(promotion=promotion, status="completed", number_of_codes=2, generated=2)
    PromotionCodeFactory.create_batch(2, promotion=promotion, job=job)
    cancelled = JobFactory(promotion=promotion, status="cancelled")
    told = Told(created=[(str(promotion.uuid), str(job.uuid))], cancelled={str(cancelled.uuid)})
    told.redeemed["key"] = "mine"
    return told


def test_a_calm_shop_has_nothing_wrong(calm):
    assert findings(calm, USES) == []


def lose_a_code():
    PromotionCode.objects.exclude(job=None).first().delete()
    Promotion.objects.update(code_count=2)


def leak_a_code():
    job = Job.objects.get(status="cancelled")
    PromotionCodeFactory(promotion=job.promotion, job=job)
    Promotion.objects.update(code_count=4)


def count_wrongly():
    Promotion.objects.update(code_count=7)


def leave_a_job():
    JobFactory(status="processing")


def complete_what_was_cancelled():
    Job.objects.filter(status="cancelled").update(
        status="completed", job_type="code_export", generated=0, number_of_codes=None
    )


def use_a_code_once_more():
    PromotionCode.objects.filter(code="mine").update(uses=USES - 2)


def use_a_code_for_nobody():
    UsageFactory(of=PromotionCode.objects.get(code="mine"))


def leave_a_temporary_file():
    (settings.PROMOTIONS_TMP_DIR / "left").touch()


def an_export(exported, content, written):
    """A completed export of so many codes: what is in its file, and what was `written` into it."""
    job = JobFactory(status="completed", job_type="code_export", number_of_codes=None, exported=exported)
    name = default_storage.save(f"exports/{job.uuid}/1/codes.csv", ContentFile(content))
    Job.objects.filter(pk=job.pk).update(file=name, file_sha256=hashlib.sha256(written).hexdigest())


def lose_an_exported_row():
    an_export(2, b"code\r\na\r\n", written=b"code\r\na\r\n")


def change_an_exported_file():
    an_export(1, b"code\r\na\r\n", written=b"code\r\nb\r\n")


@pytest.mark.parametrize(
    "wrong",
    [
        lose_a_code,
        leak_a_code,
        count_wrongly,
        leave_a_job,
        complete_what_was_cancelled,
        use_a_code_once_more,
        use_a_code_for_nobody,
        leave_a_temporary_file,
        lose_an_exported_row,
        change_an_exported_file,
    ],
)
def test_what_is_wrong_is_found(calm, wrong):
    wrong()
    assert findings(calm, USES)
