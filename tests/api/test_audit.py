"""The audit trail of what comes through the API."""

import pytest

from promotions.models import AuditEntry
from tests.factories import JobFactory, PromotionFactory

pytestmark = pytest.mark.django_db

JOB = {"data": {"type": "promotion_job", "job_type": "code_generate", "parameters": {"number_of_codes": 5}}}


def test_a_change_is_told_with_the_client_the_door_and_the_address(api):
    promotion = PromotionFactory()
    created = api.post(f"/v2/promotions/{promotion.uuid}/jobs", JOB, REMOTE_ADDR="10.0.0.7").json()["data"]
    api.post(f"/v2/promotions/{promotion.uuid}/jobs/{created['id']}/cancel", {"data": {"reason": "No"}})
    api.post(
        f"/v2/promotions/{promotion.uuid}/codes", {"data": {"type": "promotion_codes", "codes": [{"code": "SUMMER"}]}}
    )
    job, cancel, code = AuditEntry.objects.order_by("id")
    assert [entry.event for entry in (job, cancel, code)] == ["job_created", "job_cancelled", "code_added"]
    assert {(entry.actor, entry.door, entry.promotion) for entry in (job, cancel, code)} == {
        ("The shop", "api", promotion)
    }
    assert (job.address, str(job.job_id), cancel.details["reason"]) == ("10.0.0.7", created["id"], "No")


def test_what_is_refused_is_not_told(api):
    job = JobFactory(status="completed")
    assert api.post(f"/v2/promotions/{job.promotion.uuid}/jobs/{job.uuid}/cancel").status_code == 422
    assert not AuditEntry.objects.exists()


def test_an_address_that_the_client_made_up_is_not_believed(api):
    job = JobFactory()
    address = f"/v2/promotions/{job.promotion.uuid}/jobs/{job.uuid}/cancel"
    api.post(address, REMOTE_ADDR="10.0.0.7", HTTP_X_FORWARDED_FOR="1.2.3.4")
    assert AuditEntry.objects.get().address == "10.0.0.7"
