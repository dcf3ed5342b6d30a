"""Making a job's codes, batch by batch. What a code looks like is in codes.text, how it is stored in codes.bulk."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from math import ceil

from django.utils import timezone

from promotions.codes import bulk, text
from promotions.errors import NO_FREE_CODES, JobFailure
from promotions.jobs import lifecycle
from promotions.jobs.turns import Turns
from promotions.models import ConsumeUnit, Job, PromotionCode
from promotions.models.job import CODE_LENGTH_DEFAULT

# 20 to 60 ms of work, which is what a cancel waits for and how long SQLite is locked.
BATCH = 10_000
# Batches in a row of which every text was taken already.
MAX_BARREN_BATCHES = 3


def steps(job: Job) -> Iterator[None]:
    """Do the job: yields after each batch that is committed, and completes it after the last.

    Goes on from the job's counter, so it can be left and begun again at any yield. Raises LeaseLost when the
    job is not this worker's any more, JobFailure when there are no free texts left.
    """
    turns = Turns()
    barren, crowded = 0, False
    with ThreadPoolExecutor(max_workers=1) as drawing:
        ahead = drawing.submit(_draw, job, job.generated)
        while job.generated < job.wanted_codes:
            template = _template(job)
            texts = ahead.result()
            # Drawn while the database stores these, mostly all of them.
            ahead = drawing.submit(_draw, job, job.generated + len(texts))
            with turns.taken(), lifecycle.batch(job) as done:
                done["generated"] = bulk.insert(template, texts, crowded=crowded)
            if crowded := done["generated"] < len(texts):
                ahead = drawing.submit(_draw, job, job.generated)
            barren = 0 if done["generated"] else barren + 1
            if barren == MAX_BARREN_BATCHES:
                raise JobFailure(NO_FREE_CODES)
            yield
    lifecycle.complete(job)


def _draw(job: Job, generated: int) -> list[str]:
    """The texts to try when so many were generated, all of one part: what was taken in the last batch is made up for in
    its part."""
    batch, done = divmod(generated, BATCH)
    batches = ceil(job.wanted_codes / BATCH)
    part = text.part_of_batch(batch, batches, str(job.uuid))
    count = min(BATCH - done, job.wanted_codes - generated)
    return text.draw(count, job.code_length or CODE_LENGTH_DEFAULT, job.code_prefix or "", part, batches)


def _template(job: Job) -> PromotionCode:
    return PromotionCode(
        promotion_id=job.promotion_id,
        job_id=job.pk,
        uses=job.max_uses_per_code,
        max_uses=job.max_uses_per_code,
        consume_unit=job.consume_unit or ConsumeUnit.PER_CART,
        created_by=job.created_by,
        created_at=timezone.now(),
    )
