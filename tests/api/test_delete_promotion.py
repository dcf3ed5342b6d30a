"""Deleting a promotion over HTTP: gone at once for everyone, and cleaned up by a worker."""

import pytest
from django_tasks_db.models import DBTaskResult

from promotions.codes import by_hand
from promotions.jobs import purge, runner
from promotions.models import Job, Promotion, PromotionCode, Usage
from promotions.states import Status
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory, UsageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def promotion():
    """A promotion with two codes."""
    promotion = PromotionFactory()
    by_hand.add(promotion, [PromotionCode(code="A"), PromotionCode(code="B")])
    return promotion


def url(promotion):
    return f"/v2/promotions/{promotion.uuid}"


def delete(api, promotion, **kwargs):
    return api.delete(url(promotion), **kwargs)


@pytest.mark.parametrize("body", [None, {"data": {"type": "promotion"}}, {}])
def test_a_deleted_promotion_is_gone_for_every_request(api, promotion, body):
    answer = delete(api, promotion, data=body)
    assert (answer.status_code, answer.content) == (204, b"")
    for path in ("", "/codes", "/jobs", "/history", "/usages"):
        assert api.get(url(promotion) + path).status_code == 404, path
    assert api.put(url(promotion), {"name": "After"}).status_code == 404
    assert api.post(f"{url(promotion)}/codes", {"type": "promotion_codes", "codes": [{"code": "C"}]}).status_code == 404
    job = {"type": "promotion_job", "job_type": "code_export"}
    assert api.post(f"{url(promotion)}/jobs", job).status_code == 404
    assert api.get("/v2/promotions").json()["data"] == []
    assert api.get("/v2/promotions?filter=eq(code,A)").json()["data"] == []
    assert delete(api, promotion).status_code == 404


def test_the_codes_of_a_deleted_promotion_cannot_be_redeemed(api, promotion):
    delete(api, promotion)
    answer = api.post("/v2/promotions/codes/redeem", {"code": "A", "order_id": "1"}, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 404
    assert not Usage.objects.exists()


def test_deleting_costs_the_same_however_many_codes_there_are(api, promotion, django_assert_max_num_queries):
    PromotionCodeFactory.create_batch(50, promotion=promotion)
    with django_assert_max_num_queries(12):
        assert delete(api, promotion).status_code == 204
    assert promotion.codes.count() == 52


def test_a_worker_removes_codes_jobs_and_the_promotion_but_not_its_usages(
    api, promotion, django_capture_on_commit_callbacks
):
    JobFactory(promotion=promotion, status=Status.COMPLETED, number_of_codes=1)
    kept = PromotionCodeFactory()
    UsageFactory(of=promotion.codes.first())
    with django_capture_on_commit_callbacks(execute=True):
        delete(api, promotion)
    [delivery] = DBTaskResult.objects.all()
    assert delivery.args_kwargs["args"] == [promotion.pk]

    assert purge.run(promotion.pk) is False
    assert list(PromotionCode.objects.all()) == [kept]
    assert not Job.objects.exists()
    assert list(Promotion.objects.all()) == [kept.promotion]
    assert Usage.objects.count() == 1
    assert purge.run(promotion.pk) is False


@pytest.mark.parametrize(("before", "after"), [("pending", "cancelled"), ("processing", "cancelling")])
def test_its_active_job_is_cancelled_first_by_the_same_rule(api, before, after):
    job = JobFactory(status=before)
    delete(api, job.promotion)
    job.refresh_from_db()
    assert (job.status, job.cancelled_by, job.cancel_reason) == (after, "The shop", "The promotion was deleted")


def test_a_promotion_is_removed_only_when_its_job_has_been_undone(api):
    job = JobFactory(status="processing", number_of_codes=20_000)
    delete(api, job.promotion)
    assert purge.run(job.promotion_id) is False
    assert Promotion.objects.filter(pk=job.promotion_id).exists()
    runner.run(job.pk)
    purge.run(job.promotion_id)
    assert not Job.objects.exists()
    assert not Promotion.objects.exists()


def test_the_text_of_a_removed_code_can_be_used_again(api, promotion):
    delete(api, promotion)
    purge.run(promotion.pk)
    body = {"type": "promotion_codes", "codes": [{"code": "A"}]}
    assert api.post(f"{url(PromotionFactory())}/codes", body).status_code == 201


def test_a_token_that_may_only_read_deletes_nothing(api, promotion, get_token):
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {get_token('read')}")
    assert delete(api, promotion).status_code == 403
    assert Promotion.objects.present().count() == 1


def test_the_last_version_says_who_deleted_it(api, promotion):
    delete(api, promotion)
    last = promotion.history.first()
    assert (last.updated_by, last.deleted_at is not None) == ("The shop", True)
