from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from promotions.admin.promotion import PromotionAdmin
from promotions.models import Promotion
from promotions.states import Status
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory

LIST = "/admin/promotions/promotion/"
ADD = f"{LIST}add/?promotion_type=percent_discount"


def form(**fields):
    return {
        "name": "Summer sale",
        "description": "Ten percent",
        "enabled": "on",
        "currencies": "10 % USD",
        "start_0": "2026-06-01",
        "start_1": "00:00:00",
        "end_0": "2026-08-31",
        "end_1": "23:59:59",
    } | fields


PERCENT = {
    "promotion_type": "percent_discount",
    "schema": {"currencies": [{"currency": "USD", "percentage": 10}]},
}


def errors_of(answer):
    assert answer.status_code == 200
    return answer.context["adminform"].form.errors


def test_a_promotion_is_added_under_the_name_of_who_did_it(staff):
    assert staff.post(ADD, form()).status_code == 302

    promotion = Promotion.objects.get()
    assert (promotion.name, promotion.enabled) == ("Summer sale", True)
    assert promotion.schema == {"currencies": [{"currency": "USD", "percentage": 10}]}
    assert (promotion.min_cart_value, promotion.max_discount_value) == ([], [])
    assert promotion.start == datetime(2026, 6, 1, tzinfo=UTC)
    assert (promotion.created_by, promotion.updated_by) == ("ann", "ann")


def test_a_promotion_is_changed_but_not_its_type_nor_who_added_it(staff):
    promotion = PromotionFactory(created_by="bob", promotion_type="fixed_discount")
    before = promotion.updated_at
    sent = form(name="Winter sale", currencies="10.00 EUR", promotion_type="x_for_y")
    assert staff.post(f"{LIST}{promotion.pk}/change/", sent).status_code == 302

    promotion.refresh_from_db()
    assert (promotion.name, promotion.description) == ("Winter sale", "Ten percent")
    assert promotion.promotion_type == "fixed_discount"
    assert (promotion.created_by, promotion.updated_by) == ("bob", "ann")
    assert promotion.updated_at > before


def test_saving_a_promotion_does_not_overwrite_codes_that_were_counted_meanwhile(staff, monkeypatch):
    promotion = PromotionFactory(**PERCENT)
    save_model = PromotionAdmin.save_model

    def count_and_save(self, request, obj, form, change):
        Promotion.objects.filter(pk=obj.pk).reserve(70, 1000)
        save_model(self, request, obj, form, change)

    monkeypatch.setattr(PromotionAdmin, "save_model", count_and_save)
    staff.post(f"{LIST}{promotion.pk}/change/", form())
    promotion.refresh_from_db()
    assert (promotion.name, promotion.code_count) == ("Summer sale", 70)


def test_an_end_before_the_start_is_an_error_of_the_form(staff):
    errors = errors_of(staff.post(ADD, form(end_0="2026-05-31")))
    assert "The end must not be before the start" in errors["__all__"][0]
    assert not Promotion.objects.exists()


def change(staff, promotion, **fields):
    return staff.post(f"{LIST}{promotion.pk}/change/", form(**fields))


def promotion_with_codes(count, **fields):
    """A promotion with as many codes counted; only two of them are there as rows."""
    promotion = PromotionFactory(**PERCENT, **fields)
    Promotion.objects.filter(pk=promotion.pk).reserve(count, 10**9)
    PromotionCodeFactory.create_batch(2, promotion=promotion)
    return promotion


LONG_AGO = {"start": datetime(2020, 1, 1, tzinfo=UTC), "end": datetime(2020, 2, 1, tzinfo=UTC)}
NEW_END = {"start_0": "2020-01-01", "end_0": "2999-01-01"}


def test_a_promotion_that_had_ended_loses_its_codes_when_it_gets_a_new_end_and_says_so(staff, messages_of):
    promotion = promotion_with_codes(2, **LONG_AGO)
    answer = change(staff, promotion, **NEW_END)
    assert answer.status_code == 302
    promotion.refresh_from_db()
    assert (promotion.codes.count(), promotion.code_count, promotion.end.year) == (0, 0, 2999)
    assert messages_of(answer)["warning"] == "Its 2 codes were removed."


def test_a_promotion_that_had_ended_with_very_many_codes_gets_no_new_end(staff):
    promotion = promotion_with_codes(1001, **LONG_AGO)
    assert errors_of(change(staff, promotion, **NEW_END)) == {
        "__all__": ["A promotion that has ended with more than 1000 codes cannot be given a new end"]
    }
    promotion.refresh_from_db()
    assert (promotion.code_count, promotion.end) == (1001, LONG_AGO["end"])


def test_a_promotion_with_many_codes_cannot_last_longer_than_a_year(staff):
    start = timezone.now() - timedelta(days=1)
    promotion = promotion_with_codes(1001, start=start, end=start + timedelta(days=30))
    errors = errors_of(change(staff, promotion, **NEW_END))
    assert errors == {"end": ["More than 1000 promotion codes need a promotion of at most 365 days"]}


def test_a_promotion_with_codes_cannot_become_automatic(staff):
    promotion = promotion_with_codes(2)
    errors = errors_of(change(staff, promotion, automatic="on"))
    assert errors == {"automatic": ["A promotion that has codes or an active job cannot become automatic"]}


def test_a_promotion_that_is_not_there_is_sent_back_to_the_list(staff):
    assert staff.post(f"{LIST}4711/change/", form()).url == "/admin/"


@pytest.mark.parametrize(
    ("state", "enabled", "start"),
    [("disabled", False, -1), ("scheduled", True, 1), ("running", True, -1), ("expired", True, -40)],
)
def test_the_list_shows_whether_a_promotion_is_on(staff, state, enabled, start):
    start = timezone.now() + timedelta(days=start)
    PromotionFactory(enabled=enabled, start=start, end=start + timedelta(days=30))
    text = staff.get(LIST).content.decode()
    assert [name for name in ("disabled", "scheduled", "running", "expired") if f"\n{name}\n" in text] == [state]


@pytest.mark.parametrize("query", ["Summer", "{uuid}"])
def test_promotions_are_found_by_name_and_id(staff, query):
    promotion = PromotionFactory(name="Summer sale")
    PromotionFactory(name="Another")
    text = staff.get(LIST, {"q": query.format(uuid=promotion.uuid)}).content.decode()
    assert "Summer sale" in text
    assert "Another" not in text


def test_a_promotion_is_deleted_after_a_page_that_counts_its_codes(staff, django_capture_on_commit_callbacks):
    promotion = PromotionFactory(name="Summer")
    PromotionCodeFactory.create_batch(2, promotion=promotion)
    Promotion.objects.update(code_count=2)
    url = f"{LIST}{promotion.pk}/delete/"
    assert "Summer (codes: 2)" in staff.get(url).content.decode()
    assert Promotion.objects.present().exists()

    with django_capture_on_commit_callbacks(execute=True):
        assert staff.post(url, {"post": "yes"}).status_code == 302
    promotion.refresh_from_db()
    assert (promotion.deleted_at is not None, promotion.updated_by) == (True, "ann")
    assert staff.get(LIST).context["cl"].result_count == 0
    assert staff.get(f"{LIST}{promotion.pk}/change/").status_code == 302
    assert DBTaskResult.objects.get().args_kwargs["args"] == [promotion.pk]


def test_selected_promotions_are_deleted_and_their_jobs_cancelled(staff):
    job = JobFactory(status=Status.PENDING)
    kept = PromotionFactory()
    data = {"action": "delete_selected", "_selected_action": [job.promotion.pk], "post": "yes"}
    assert staff.post(LIST, data).status_code == 302
    assert list(Promotion.objects.present()) == [kept]
    job.refresh_from_db()
    assert (job.status, job.cancelled_by) == (Status.CANCELLED, "ann")


def test_who_may_not_delete_promotions_cannot(log_in):
    promotion = PromotionFactory()
    client = log_in("view_promotion", "change_promotion")
    assert client.post(f"{LIST}{promotion.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Promotion.objects.present().exists()


def test_an_automatic_promotion_that_is_added_makes_its_code(staff):
    assert staff.post(ADD, form(automatic="on")).status_code == 302
    assert Promotion.objects.get().codes.get().code.startswith("auto_")
