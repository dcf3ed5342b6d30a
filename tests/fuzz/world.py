"""What is there while the API is fuzzed: a little shop, which is put back in order before every request."""

from datetime import UTC, datetime, timedelta

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from promotions.models import IdempotencyKey, Job, JobType, Promotion, PromotionCode, Usage
from promotions.states import Status
from tests.factories import ApiClientFactory, JobFactory, PromotionCodeFactory, PromotionFactory, UsageFactory

# Parents first.
MODELS = (Promotion, Job, PromotionCode, Usage)


def ids(kind, number):
    return [f"00000000-0000-4000-800{kind}-00000000000{n}" for n in range(number)]


PROMOTIONS = ids(0, 4)
JOBS = ids(1, 6)
USAGES = ids(2, 5)
CLIENT = {"client_id": "the-shop", "client_secret": "open sesame"}
UNKNOWN = ids(3, 1)[0]
CODES = ["SUMMER-VIP", "a/b c", "30", "VIP"]
FILE = "fuzz/codes.csv"


class World:
    """Promotions with jobs in every state, with codes and usages, an automatic one, and one that has ended."""

    def __init__(self):
        now = timezone.now()
        running = {"start": now - timedelta(days=30), "end": now + timedelta(days=30)}
        busy, calm = (PromotionFactory(uuid=uuid, **running) for uuid in PROMOTIONS[:2])
        PromotionFactory(uuid=PROMOTIONS[2], automatic=True, **running)
        ended = PromotionFactory(uuid=PROMOTIONS[3], start=datetime(2025, 1, 1, tzinfo=UTC))
        self._add_jobs(busy, ended)
        codes = [PromotionCodeFactory(promotion=calm, code=code) for code in CODES[:3]]
        codes.append(
            PromotionCodeFactory(promotion=calm, code=CODES[3], uses=2, max_uses=3, user="c", created_by="ann")
        )
        Promotion.objects.filter(pk=calm.pk).reserve(len(codes), 100)
        for uuid, code in zip(USAGES, codes, strict=False):
            UsageFactory(uuid=uuid, of=code)
        UsageFactory(uuid=USAGES[4], of=codes[0], reversed_at=now, reversed_by="ann", updated_by="ann")
        ApiClientFactory(**CLIENT)
        self.rows = {model: {row.pk: row for row in model.objects.all()} for model in MODELS}
        self.values = {model: self._values(model) for model in MODELS}

    @staticmethod
    def _add_jobs(busy, ended):
        if not default_storage.exists(FILE):
            default_storage.save(FILE, ContentFile(b"code\n"))
        export = {"job_type": JobType.CODE_EXPORT, "number_of_codes": None, "file": FILE}
        JobFactory(uuid=JOBS[0], promotion=busy, status=Status.PENDING)
        JobFactory(uuid=JOBS[1], promotion=busy, status=Status.COMPLETED)
        JobFactory(uuid=JOBS[2], promotion=busy, status=Status.FAILED)
        JobFactory(uuid=JOBS[3], promotion=busy, status=Status.CANCELLED, generated=40, deleted=40)
        JobFactory(uuid=JOBS[4], promotion=busy, status=Status.COMPLETED, **export)
        JobFactory(uuid=JOBS[5], promotion=ended, status=Status.PROCESSING, generated=40, consume_unit="per_item")

    def restore(self):
        """Undoes what the last request has done, so that every request means the same each time it is sent."""
        cache.clear()  # what the limits have counted
        IdempotencyKey.objects.all().delete()
        now = {model: self._values(model) for model in MODELS}
        for model in reversed(MODELS):
            if added := now[model].keys() - self.rows[model].keys():
                model.objects.filter(pk__in=added).delete()
        for model in MODELS:
            for pk, row in self.rows[model].items():
                if now[model].get(pk) != self.values[model][pk]:
                    row.save_base(raw=True)  # raw: as it was, also its timestamps

    @staticmethod
    def _values(model):
        return {row["id"]: row for row in model.objects.values()}
