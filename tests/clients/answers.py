"""What the answers to captured requests must look like for their clients."""

import json
from dataclasses import dataclass
from uuid import UUID

from promotions.models import Job, PromotionCode


@dataclass
class Answer:
    """What came back, and what was there before."""

    status: int
    content_type: str | None
    content: bytes
    there: dict[str, str]

    @property
    def body(self):
        return json.loads(self.content)

    @property
    def data(self):
        return self.body["data"]


def is_token(answer):
    assert type(answer.body["expires"]) is int
    assert set(answer.body) == {"expires", "identifier", "expires_in", "access_token", "token_type"}


def is_page(*, total, items):
    """A page of so many items of so many in all, each with the id that epcc-cli counts by."""

    def look(answer):
        assert set(answer.body) == {"data", "links", "meta"}
        assert set(answer.body["links"]) == {"current", "first", "last", "prev", "next"}
        assert set(answer.body["meta"]["page"]) == {"limit", "offset", "current", "total"}
        assert answer.body["meta"]["results"] == {"total": total}
        assert len(answer.data) == items
        assert len({item["id"] for item in answer.data}) == items

    return look


def is_new_promotion(answer):
    assert UUID(answer.data["id"])
    assert (answer.data["type"], answer.data["start"]) == ("promotion", "2026-01-01T00:00:00Z")


def is_promotion(name):
    def look(answer):
        assert (answer.data["type"], answer.data["id"]) == ("promotion", answer.there["promotion"])
        assert answer.data["name"] == name

    return look


def has_codes(*codes):
    """The promotion is the answer, or there is none; these codes are left."""

    def look(answer):
        if answer.status == 201:
            is_promotion("Captured")(answer)
        assert list(PromotionCode.objects.order_by("id").values_list("code", flat=True)) == list(codes)

    return look


def is_job(job_type, status, *, rule=False):
    """The job is the answer, and in this state; `rule` says that it is told as one of rule promotions."""

    def look(answer):
        assert (answer.data["type"], answer.data["job_type"]) == ("promotion_job", job_type)
        assert answer.data["status"] == status
        assert Job.objects.get(uuid=answer.data["id"]).status == status
        promotion = answer.data["promotion_id"]
        assert promotion in (answer.there["promotion"], answer.there["busy"])
        assert answer.data.get("rule_promotion_id") == (promotion if rule else None)

    return look


def is_link(answer):
    assert set(answer.body) == {"href"}
    assert answer.body["href"].startswith(f"http://{answer.there['host']}/files/")


def is_fault(detail):
    def look(answer):
        [fault] = answer.body["errors"]
        assert (fault["status"], fault["detail"]) == (str(answer.status), detail)

    return look


def is_empty(answer):
    assert answer.content == b""
