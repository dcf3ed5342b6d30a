"""What is done with a promotion from its page: generating, adding and exporting codes, and copying it."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django_tasks_db.models import DBTaskResult

from promotions.codes import by_hand
from promotions.models import Job, Promotion, PromotionCode
from promotions.states import Status
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory

GENERATE = {
    "name": "Letters",
    "number_of_codes": 50,
    "max_uses_per_code": 1,
    "consume_unit": "per_cart",
    "code_length": 8,
    "code_prefix": "may",
}
ADD = {"codes": "SUMMER-1\n\n SUMMER-2 \n", "uses": "", "consume_unit": "per_cart", "user": ""}


def url(promotion, name):
    return f"/admin/promotions/promotion/{promotion.pk}/{name}/"


@pytest.fixture
def starter(log_in):
    return log_in("view_promotion", "view_job", "add_job", "cancel_job")


@pytest.fixture
def adder(log_in):
    return log_in("view_promotion", "view_promotioncode", "add_promotioncode")


def errors_of(answer):
    assert answer.status_code == 200
    return answer.context["form"].errors


def told(answer):
    return [(message.level_tag, str(message)) for message in get_messages(answer.wsgi_request)]


# Generating


@pytest.mark.django_db(transaction=True)
def test_the_form_starts_a_job_that_is_delivered_and_leads_to_its_page(starter):
    promotion = PromotionFactory()
    answer = starter.post(url(promotion, "generate"), GENERATE)
    job = Job.objects.get()
    assert answer.url == f"/admin/promotions/job/{job.pk}/change/"
    assert {name: getattr(job, name) for name in GENERATE} == GENERATE
    assert (job.promotion, job.job_type, job.created_by, job.status) == (promotion, "code_generate", "ann", "pending")
    assert [task.args_kwargs["args"] for task in DBTaskResult.objects.all()] == [[job.pk]]
    assert LogEntry.objects.get().object_id == str(job.pk)


def test_the_form_is_filled_in_as_most_people_want_it(starter, settings):
    form = starter.get(url(PromotionFactory(), "generate")).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    assert shown == {
        "name": None,
        "number_of_codes": 1000,
        "max_uses_per_code": 1,
        "consume_unit": "per_cart",
        "code_length": 8,
        "code_prefix": None,
    }
    settings.PROMOTIONS_MAX_CODES = 30
    assert starter.get(url(PromotionFactory(), "generate")).context["form"]["number_of_codes"].value() == 30


def test_the_form_says_how_many_codes_fit_in_yet(starter, settings):
    settings.PROMOTIONS_MAX_CODES = 5000
    promotion = JobFactory(status=Status.COMPLETED, number_of_codes=3500).promotion
    text = starter.get(url(promotion, "generate")).content.decode()
    assert "1,500 more codes fit into this promotion: it has 3,500 of at most 5,000." in text


def test_more_codes_than_fit_in_are_refused_beside_their_number(starter, settings):
    settings.PROMOTIONS_MAX_CODES = 100
    promotion = JobFactory(status=Status.COMPLETED, number_of_codes=60).promotion
    errors = errors_of(starter.post(url(promotion, "generate"), GENERATE))
    assert errors == {
        "number_of_codes": ["40 more codes fit into this promotion: it has 60 of at most 100."],
    }
    assert not Job.objects.filter(name="Letters").exists()
    assert starter.post(url(promotion, "generate"), GENERATE | {"number_of_codes": 40}).status_code == 302


def test_more_codes_than_any_promotion_may_have_are_refused_in_the_words_of_the_api(starter, settings):
    settings.PROMOTIONS_MAX_CODES = 49
    errors = errors_of(starter.post(url(PromotionFactory(), "generate"), GENERATE))
    assert errors == {"number_of_codes": ["Only 49 promotion codes are allowed per promotion"]}


def test_more_codes_than_their_length_has_room_for_are_refused_beside_their_number(starter, settings):
    settings.PROMOTIONS_MAX_CODES = 2 * 10**9
    errors = errors_of(starter.post(url(PromotionFactory(), "generate"), GENERATE | {"number_of_codes": 10**9}))
    assert errors == {"number_of_codes": ["At most 852891037 codes of 8 characters can be generated in one job"]}


def test_many_codes_in_a_long_promotion_are_refused_beside_their_number(starter):
    promotion = PromotionFactory()
    Promotion.objects.update(end=promotion.end + timedelta(days=2))
    errors = errors_of(starter.post(url(promotion, "generate"), GENERATE | {"number_of_codes": 1001}))
    assert "at most 365 days" in errors["number_of_codes"][0]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number_of_codes", ""),
        ("number_of_codes", 0),
        ("code_length", 7),
        ("code_prefix", "=1+1"),
        ("consume_unit", "per_moon"),
        ("name", "x" * 51),
    ],
)
def test_a_value_that_no_job_can_have_is_refused_beside_its_field(starter, field, value):
    errors = errors_of(starter.post(url(PromotionFactory(), "generate"), GENERATE | {field: value}))
    assert list(errors) == [field]
    assert not Job.objects.exists()


def test_a_job_that_has_not_ended_is_named_before_and_when_the_form_is_sent(starter):
    job = JobFactory(status=Status.PROCESSING, generated=40, name="The first")
    for answer in (
        starter.get(url(job.promotion, "generate")),
        starter.post(url(job.promotion, "generate"), GENERATE),
    ):
        text = answer.content.decode()
        assert f'href="/admin/promotions/job/{job.pk}/change/"' in text
        assert f'href="/admin/promotions/job/{job.pk}/cancel/"' in text
        assert "The first" in text
        assert "40 of 100" in text
    assert errors_of(answer) == {"__all__": ["Only 1 pending or processing job is allowed per promotion."]}
    assert answer.context["form"]["code_prefix"].value() == "may"


def test_an_automatic_promotion_has_no_form_and_takes_no_codes(starter):
    promotion = PromotionFactory(automatic=True)
    text = starter.get(url(promotion, "generate")).content.decode()
    assert "switch Automatic off" in text
    assert "generate-form" not in text
    assert errors_of(starter.post(url(promotion, "generate"), GENERATE))
    assert not Job.objects.exists()


def test_the_example_looks_like_the_codes(starter):
    promotion = PromotionFactory()
    context = starter.get(url(promotion, "generate")).context
    assert len(context["code"]) == len("aa2b-3c4d")
    answer = starter.get(url(promotion, "generate/example"), {"code_length": "10", "code_prefix": "may-"})
    text = answer.content.decode()
    assert "<code>may-" in text
    assert len(answer.context_data["code"]) == len("may-aa2b-3c4d-5e")
    assert f"{answer.context_data['most']} codes of 10 characters" in text
    assert starter.post(url(promotion, "generate/example")).status_code == 405


def test_the_example_shows_what_was_written_and_starts_nothing(starter):
    wish = GENERATE | {"code_length": "12", "code_prefix": "winter", "_example": "1"}
    answer = starter.post(url(PromotionFactory(), "generate"), wish)
    assert answer.context["code"].startswith("winter-")
    assert answer.context["form"]["name"].value() == "Letters"
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("length", "prefix"),
    [("7", ""), ("17", ""), ("x", ""), ("9" * 18, ""), ("8", "=1"), ("8", "x" * 51)],
)
def test_an_example_that_cannot_be_says_why(starter, length, prefix):
    wanted = {"code_length": length, "code_prefix": prefix}
    answer = starter.get(url(PromotionFactory(), "generate/example"), wanted)
    assert answer.status_code == 200
    assert answer.context_data["error"]
    assert "<code>" not in answer.content.decode()


def test_an_example_is_no_way_in_for_scripts(starter):
    wanted = {"code_length": "8", "code_prefix": "<script>"}
    text = starter.get(url(PromotionFactory(), "generate/example"), wanted).content.decode()
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_who_may_start_but_not_see_jobs_is_told_that_it_was_started(log_in):
    promotion = PromotionFactory()
    answer = log_in("view_promotion", "add_job").post(url(promotion, "generate"), GENERATE)
    assert (answer.url, told(answer)) == (url(promotion, "change"), [("success", "The job was started.")])


# Exporting


@pytest.mark.django_db(transaction=True)
def test_one_click_starts_an_export_and_leads_to_its_page(starter):
    promotion = JobFactory(status=Status.COMPLETED).promotion
    answer = starter.post(url(promotion, "export"))
    job = Job.objects.get(job_type="code_export")
    assert answer.url == f"/admin/promotions/job/{job.pk}/change/"
    assert (job.promotion, job.created_by, job.status) == (promotion, "ann", "pending")
    assert DBTaskResult.objects.get().args_kwargs["args"] == [job.pk]


def test_an_export_beside_another_job_is_refused_and_it_is_said_why(starter):
    promotion = JobFactory(status=Status.PROCESSING).promotion
    answer = starter.post(url(promotion, "export"))
    why = "Nothing was exported. Only 1 pending or processing job is allowed per promotion."
    assert (answer.status_code, told(answer)) == (302, [("error", why)])
    assert Job.objects.count() == 1


def test_a_promotion_without_codes_has_nothing_to_export(starter):
    promotion = PromotionFactory()
    assert f'"{url(promotion, "export")}"' not in starter.get(url(promotion, "change")).content.decode()


# Adding by hand


def test_codes_are_added_by_hand_one_on_a_line(adder):
    promotion = PromotionFactory()
    answer = adder.post(url(promotion, "codes/add"), ADD | {"uses": 3, "consume_unit": "per_item", "user": "bob"})
    assert (answer.url, told(answer)) == (url(promotion, "codes"), [("success", "2 codes were added.")])
    codes = PromotionCode.objects.order_by("id")
    assert [code.code for code in codes] == ["SUMMER-1", "SUMMER-2"]
    fields = ("promotion", "uses", "max_uses", "consume_unit", "user", "created_by", "job")
    wanted = (promotion, 3, 3, "per_item", "bob", "ann", None)
    assert {tuple(getattr(code, name) for name in fields) for code in codes} == {wanted}
    promotion.refresh_from_db()
    assert promotion.code_count == 2
    assert LogEntry.objects.get().change_message == "Codes added: 2"


def test_uses_that_are_left_empty_are_without_limit(adder):
    adder.post(url(PromotionFactory(), "codes/add"), ADD)
    assert set(PromotionCode.objects.values_list("uses", "max_uses")) == {(None, None)}


def test_codes_that_are_in_use_are_named_and_none_is_added(adder):
    PromotionCodeFactory(code="SUMMER-2")
    errors = errors_of(adder.post(url(PromotionFactory(), "codes/add"), ADD))
    assert errors == {"codes": ["SUMMER-2: Promotion code already in use"]}
    assert PromotionCode.objects.count() == 1


def test_a_code_that_stands_twice_is_named_once(adder):
    errors = errors_of(adder.post(url(PromotionFactory(), "codes/add"), ADD | {"codes": "A\nA\nA\nB"}))
    assert errors == {"codes": ["A: Promotion code already in use"]}


def test_codes_beyond_the_limit_are_refused_beside_the_codes(adder, settings):
    settings.PROMOTIONS_MAX_CODES = 1
    errors = errors_of(adder.post(url(PromotionFactory(), "codes/add"), ADD))
    assert errors == {"codes": ["Only 1 promotion codes are allowed per promotion"]}


def test_codes_of_an_automatic_promotion_are_refused(adder):
    errors = errors_of(adder.post(url(PromotionFactory(automatic=True), "codes/add"), ADD))
    assert errors == {"__all__": ["Cannot add codes to an automatic promotion"]}


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("codes", "", "required"),
        ("codes", "GOOD\n=1+1", "Line 2: Must not begin with"),
        ("codes", "x" * 101, "at most 100 characters"),
        ("uses", "-1", "greater than or equal to 0"),
        ("uses", "x", "whole number"),
        ("consume_unit", "per_moon", "valid choice"),
        ("user", "x" * 256, "at most 255 characters"),
    ],
)
def test_what_no_code_can_have_is_refused_beside_its_field(adder, field, value, why):
    errors = errors_of(adder.post(url(PromotionFactory(), "codes/add"), ADD | {field: value}))
    assert list(errors) == [field]
    assert why in errors[field][0]
    assert not PromotionCode.objects.exists()


def test_more_codes_at_once_than_a_request_may_add_are_refused(adder):
    many = "\n".join(f"C-{n}" for n in range(by_hand.MOST_AT_ONCE + 1))
    errors = errors_of(adder.post(url(PromotionFactory(), "codes/add"), ADD | {"codes": many}))
    assert errors == {"codes": ["At most 1000 codes at once."]}


# Copying


def test_a_copy_is_disabled_has_no_codes_and_begins_its_own_history(log_in):
    promotion = JobFactory(
        status=Status.COMPLETED,
        promotion__name="Summer sale",
        promotion__min_cart_value=[{"currency": "USD", "amount": 5000}],
    ).promotion
    Promotion.objects.get(pk=promotion.pk).save()
    client = log_in("view_promotion", "add_promotion", "change_promotion")
    answer = client.post(url(promotion, "duplicate"))

    copy = Promotion.objects.exclude(pk=promotion.pk).get()
    assert answer.url == url(copy, "change")
    assert "This is the copy" in client.get(answer.url).content.decode()
    assert (copy.name, copy.enabled, copy.code_count, copy.created_by) == ("Copy of Summer sale", False, 0, "ann")
    same = ("description", "promotion_type", "schema", "min_cart_value", "max_discount_value", "start", "end")
    assert [getattr(copy, name) for name in same] == [getattr(promotion, name) for name in same]
    assert copy.uuid != promotion.uuid
    assert copy.history.count() == 1
    assert not copy.jobs.exists()
    promotion.refresh_from_db()
    assert (promotion.name, promotion.enabled, promotion.code_count) == ("Summer sale", True, 100)


def test_a_name_that_is_too_long_for_a_copy_is_cut(log_in):
    promotion = PromotionFactory(name="x" * 255)
    log_in("view_promotion", "add_promotion").post(url(promotion, "duplicate"))
    name = Promotion.objects.latest("pk").name
    assert (len(name), name[:12], name[-1]) == (255, "Copy of xxxx", "…")


def test_the_copy_of_an_automatic_promotion_has_a_code_of_its_own(log_in):
    promotion = PromotionFactory(automatic=True)
    PromotionCodeFactory(promotion=promotion, code="auto_1")
    log_in("view_promotion", "add_promotion").post(url(promotion, "duplicate"))
    copy = Promotion.objects.latest("pk")
    assert copy.code_count == 1
    assert copy.codes.get().code not in ("auto_1", "")


def test_a_promotion_that_could_not_be_made_any_more_is_not_copied_and_it_is_said_why(log_in):
    promotion = PromotionFactory(schema={})
    answer = log_in("view_promotion", "add_promotion").post(url(promotion, "duplicate"))
    [(level, text)] = told(answer)
    assert level == "error"
    assert text.startswith("It was not copied: ")
    assert Promotion.objects.count() == 1


# Who may


@pytest.mark.parametrize(
    ("name", "permission"),
    [
        ("generate", "add_job"),
        ("generate/example", "add_job"),
        ("export", "add_job"),
        ("codes/add", "add_promotioncode"),
        ("duplicate", "add_promotion"),
    ],
)
def test_without_the_permission_nothing_is_done(log_in, name, permission):
    everything = {"view_promotion", "change_promotion", "view_job", "add_job", "add_promotioncode", "add_promotion"}
    promotion = JobFactory(status=Status.COMPLETED).promotion
    client = log_in(*everything - {permission})
    for answer in (client.get(url(promotion, name)), client.post(url(promotion, name), GENERATE | ADD)):
        assert answer.status_code in (403, 405)
    assert (Job.objects.count(), Promotion.objects.count(), PromotionCode.objects.count()) == (1, 1, 0)


@pytest.mark.parametrize("name", ["generate", "export", "codes/add", "duplicate"])
def test_who_may_not_see_promotions_does_nothing_with_one(log_in, name):
    promotion = JobFactory(status=Status.COMPLETED).promotion
    client = log_in("add_job", "add_promotioncode", "add_promotion")
    assert client.post(url(promotion, name), GENERATE | ADD).status_code == 403
    assert (Job.objects.count(), Promotion.objects.count(), PromotionCode.objects.count()) == (1, 1, 0)


@pytest.mark.parametrize("name", ["export", "duplicate"])
def test_looking_at_the_address_of_a_button_changes_nothing(log_in, name):
    promotion = JobFactory(status=Status.COMPLETED).promotion
    client = log_in("view_promotion", "add_job", "add_promotion")
    assert client.get(url(promotion, name)).status_code == 405
    assert (Job.objects.count(), Promotion.objects.count()) == (1, 1)


@pytest.mark.parametrize("name", ["generate", "export", "codes/add", "duplicate"])
def test_without_the_token_of_the_form_nothing_is_done(log_in, name):
    promotion = JobFactory(status=Status.COMPLETED).promotion
    permissions = ("view_promotion", "add_job", "add_promotioncode", "add_promotion")
    client = log_in(*permissions, enforce_csrf_checks=True)
    assert client.post(url(promotion, name), GENERATE | ADD).status_code == 403
    assert (Job.objects.count(), Promotion.objects.count(), PromotionCode.objects.count()) == (1, 1, 0)
