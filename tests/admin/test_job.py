from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from promotions.models import Job
from promotions.states import Status
from tests.factories import JobFactory, PromotionFactory

LIST = "/admin/promotions/job/"
ADD = f"{LIST}add/"


def form_for(promotion, /, **fields):
    return {"promotion": promotion.pk, "name": "From the admin", "number_of_codes": 50} | fields


def errors_of(answer):
    assert answer.status_code == 200
    assert not Job.objects.filter(name="From the admin").exists()
    return answer.context["adminform"].form.errors


@pytest.mark.django_db(transaction=True)
def test_the_form_starts_a_job_and_leads_to_its_page(staff):
    promotion = PromotionFactory()
    answer = staff.post(ADD, form_for(promotion, max_uses_per_code=0, code_prefix="MAY", consume_unit="per_item"))

    job = Job.objects.get()
    assert answer.url == f"{LIST}{job.pk}/change/"
    assert (job.promotion, job.job_type, job.name, job.created_by) == (
        promotion,
        "code_generate",
        "From the admin",
        "ann",
    )
    assert (job.number_of_codes, job.max_uses_per_code, job.code_prefix) == (50, 0, "MAY")
    assert (job.consume_unit, job.code_length, job.status) == ("per_item", None, "pending")
    assert [task.args_kwargs["args"] for task in DBTaskResult.objects.all()] == [[job.pk]]


def test_what_is_left_empty_is_not_given(staff):
    empty = {"max_uses_per_code": "", "consume_unit": "", "code_length": "", "code_prefix": "", "name": ""}
    staff.post(ADD, form_for(PromotionFactory(), **empty))

    job = Job.objects.get()
    assert (job.max_uses_per_code, job.consume_unit, job.code_length, job.code_prefix) == (None,) * 4
    assert job.name == ""


def test_an_automatic_promotion_is_refused(staff):
    errors = errors_of(staff.post(ADD, form_for(PromotionFactory(automatic=True))))
    assert errors == {"__all__": ["Cannot add codes to an automatic promotion"]}


def test_too_many_codes_are_refused_beside_their_number(staff, settings):
    settings.PROMOTIONS_MAX_CODES = 49
    errors = errors_of(staff.post(ADD, form_for(PromotionFactory())))
    assert errors == {"number_of_codes": ["Only 49 promotion codes are allowed per promotion"]}


def test_many_codes_in_a_long_promotion_are_refused(staff):
    promotion = PromotionFactory()
    promotion.end += timedelta(days=2)
    promotion.save()
    errors = errors_of(staff.post(ADD, form_for(promotion, number_of_codes=1001)))
    assert "at most 365 days" in errors["number_of_codes"][0]


def test_a_promotion_with_a_job_that_has_not_ended_is_refused(staff):
    promotion = JobFactory(status=Status.CANCELLING).promotion
    answer = staff.post(ADD, form_for(promotion))
    assert errors_of(answer) == {"__all__": ["Only 1 pending or processing job is allowed per promotion."]}
    assert "Only 1 pending or processing job is allowed" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number_of_codes", ""),
        ("number_of_codes", 0),
        ("number_of_codes", 10**12),
        ("code_length", 7),
        ("code_length", 17),
        ("code_prefix", "=1+1"),
        ("promotion", 999999),
        ("consume_unit", "per_moon"),
        ("name", "x" * 51),
    ],
)
def test_a_value_that_no_job_can_have_is_refused_beside_its_field(staff, field, value):
    assert list(errors_of(staff.post(ADD, form_for(PromotionFactory(), **{field: value})))) == [field]


def test_a_promotion_in_the_address_is_filled_in(staff):
    promotion = PromotionFactory(name="Summer sale")
    assert (
        f'<option value="{promotion.pk}" selected>Summer sale'
        in staff.get(f"{ADD}?promotion={promotion.pk}").content.decode()
    )


@pytest.mark.parametrize("nonsense", ["abc", "", "999999"])
def test_nonsense_in_the_address_is_left_out(staff, nonsense):
    assert staff.get(f"{ADD}?promotion={nonsense}").status_code == 200


def test_without_the_permission_no_job_is_started(log_in):
    assert log_in("view_job", "view_promotion").post(ADD, form_for(PromotionFactory())).status_code == 403
    assert not Job.objects.exists()


def test_a_job_is_neither_changed_nor_deleted(staff):
    job = JobFactory(name="As it was")
    assert staff.post(f"{LIST}{job.pk}/change/", form_for(job.promotion)).status_code == 403
    assert staff.post(f"{LIST}{job.pk}/delete/", {"post": "yes"}).status_code == 403
    job.refresh_from_db()
    assert job.name == "As it was"


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"status": Status.PROCESSING, "generated": 40}, "40 of 100"),
        ({"status": Status.CANCELLING, "generated": 40, "deleted": 10}, "30 left to remove"),
        ({"status": Status.PROCESSING, "generated": 40, "error": "disk full"}, "40 left to remove"),
        ({"status": Status.FAILED}, "nothing left"),
        ({"number_of_codes": 20_000}, "0 of 20,000"),
    ],
)
def test_list_and_page_show_how_far_a_job_is(staff, fields, shown):
    job = JobFactory(**fields)
    assert shown in staff.get(LIST).content.decode()
    text = staff.get(f"{LIST}{job.pk}/change/").content.decode()
    assert shown in text
    assert job.state.value in text
    assert job.error in text


@pytest.mark.parametrize("query", ["Summer", "codes for", "{uuid}"])
def test_jobs_are_found_by_name_promotion_and_id(staff, query):
    job = JobFactory(name="Codes for May", promotion=PromotionFactory(name="Summer sale"))
    JobFactory(name="Another")
    text = staff.get(LIST, {"q": query.format(uuid=job.uuid)}).content.decode()
    assert "Codes for May" in text
    assert "Another" not in text


def test_jobs_are_filtered_by_status_type_promotion_day_and_who(staff):
    job = JobFactory(name="Codes for May", status=Status.FAILED, created_by="ann")
    Job.objects.update(created_at="2026-03-05T23:30:00Z")
    JobFactory(created_by="bob")
    for query in (
        {"status__exact": "failed"},
        {"promotion__id__exact": job.promotion.pk},
        {"created_at_from": "2026-03-05", "created_at_to": "2026-03-05"},
        {"created_by__icontains": "ann"},
    ):
        assert list(staff.get(LIST, query).context["cl"].result_list) == [job], query
    assert not staff.get(LIST, {"job_type__exact": "code_export"}).context["cl"].result_list
