"""The audit trail in the admin."""

import uuid

import pytest

from promotions.jobs.delete import delete_promotion
from promotions.models import AuditEntry, AuditEvent, Job, Promotion
from promotions.models.actor import Door, acting
from promotions.models.audit import record_codes, record_job
from tests.factories import JobFactory, PromotionFactory

LIST = "/admin/promotions/auditentry/"


@pytest.fixture
def viewer(log_in):
    """A client for ann, who may read the audit trail."""
    return log_in("view_auditentry", "view_job", "view_promotion")


def text_of(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def rows(client, **query):
    return len(client.get(LIST, query).context["cl"].result_list)


def test_a_change_in_the_admin_is_told_with_the_member_of_staff_and_the_address(staff):
    job = JobFactory()
    staff.post(f"/admin/promotions/job/{job.pk}/cancel/", {"reason": "Wrong"}, REMOTE_ADDR="10.0.0.8")
    entry = AuditEntry.objects.get()
    assert (entry.event, entry.actor, entry.door, entry.address) == ("job_cancelled", "ann", "admin", "10.0.0.8")


def test_the_list_tells_what_who_why_and_from_where(viewer):
    job = JobFactory(name="Letters")
    with acting("shop", Door.API, "10.0.0.7"):
        job.cancel(by="shop", reason="Wrong prefix")
    text = text_of(viewer.get(LIST))
    assert all(part in text for part in ["Job cancelled", "Letters", "shop", "API, 10.0.0.7", "Reason: Wrong prefix"])
    assert f'href="/admin/promotions/job/{job.pk}/change/"' in text
    assert "Wrong prefix" in text_of(viewer.get(f"{LIST}{AuditEntry.objects.get().pk}/change/"))


def test_what_is_gone_is_still_told(viewer):
    job = JobFactory(name="Letters")
    job.cancel(by="ann")
    promotion = job.promotion
    delete_promotion(promotion, by="ann")
    Job.objects.all()._raw_delete("default")
    Promotion.objects.all()._raw_delete("default")
    text = text_of(viewer.get(LIST))
    assert "Letters" in text
    assert promotion.name in text
    assert rows(viewer, q=str(job.uuid)) == 1
    assert rows(viewer, q=str(promotion.uuid)) == 2


def test_entries_are_found_by_who_code_job_and_promotion(viewer):
    job = JobFactory(name="Letters")
    job.cancel(by="ann")
    other = PromotionFactory()
    record_codes(AuditEvent.CODE_ADDED, other, ["SUMMER", "WINTER"], by="bob")
    assert rows(viewer, q="SUMMER") == 1
    assert rows(viewer, q="bob") == 2
    assert rows(viewer, q="bo") == 2
    assert rows(viewer, q=str(job.uuid)) == 1
    assert rows(viewer, q=str(other.uuid)) == 2
    assert rows(viewer, q=str(uuid.uuid4())) == rows(viewer, q="nobody") == 0


def test_entries_are_filtered_by_event_door_and_day(viewer):
    with acting("shop", Door.API, ""):
        JobFactory().cancel(by="shop")
    record_codes(AuditEvent.CODE_ADDED, PromotionFactory(), ["SUMMER"], by="bob")
    AuditEntry.objects.filter(code="SUMMER").update(at="2026-03-05T23:30:00Z")
    assert rows(viewer, event__exact="code_added") == 1
    assert rows(viewer, door__exact="api") == 1
    assert rows(viewer, at_from="2026-03-05", at_to="2026-03-05") == 1
    assert rows(viewer, at_from="2026-03-04", at_to="2026-03-04") == 0
    assert rows(viewer, at_from="nonsense", at_to="9999-12-31") == 2


def test_nobody_not_even_a_superuser_adds_changes_or_deletes_an_entry(admin_client):
    JobFactory().cancel(by="ann")
    entry = AuditEntry.objects.get()
    before = AuditEntry.objects.values().get()
    assert admin_client.get(f"{LIST}add/").status_code == 403
    assert admin_client.post(f"{LIST}{entry.pk}/change/", {"actor": "bob"}).status_code == 403
    assert admin_client.post(f"{LIST}{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"}
    admin_client.post(LIST, chosen)
    assert AuditEntry.objects.values().get() == before


def test_without_the_permission_it_is_not_seen(staff):
    assert staff.get(LIST).status_code == 403


def test_the_list_counts_nothing_and_costs_the_same_however_long_it_is(viewer, django_assert_num_queries):
    job = JobFactory()
    for _ in range(3):
        record_job(AuditEvent.JOB_TAKEN_OVER, job)
    viewer.get(LIST)
    with django_assert_num_queries(5) as queries:
        viewer.get(LIST, {"_facets": "True"})
    assert not any("COUNT(" in query["sql"] for query in queries)
    for _ in range(60):
        record_job(AuditEvent.JOB_TAKEN_OVER, job)
    with django_assert_num_queries(5):
        viewer.get(LIST)
    assert 'ORDER BY "promotions_auditentry"."at" DESC' in queries[-1]["sql"]
