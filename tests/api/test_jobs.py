"""Starting and listing jobs."""

import pytest

from promotions.models import Job
from promotions.states import Status
from tests.factories import JobFactory, PromotionFactory

pytestmark = pytest.mark.django_db

SEED = {
    "type": "promotion_job",
    "job_type": "code_generate",
    "name": "Test cancel job",
    "parameters": {
        "number_of_codes": 100,
        "consume_unit": "per_cart",
        "max_uses_per_code": 1,
        "code_length": 10,
        "code_prefix": "Summer-",
    },
}


def url(promotion):
    return f"/v2/promotions/{promotion.uuid}/jobs"


def fault(answer):
    assert len(answer.json()["errors"]) == 1, answer.json()
    return answer.json()["errors"][0]


def with_parameters(**parameters):
    return SEED | {"parameters": SEED["parameters"] | parameters}


@pytest.mark.parametrize("wrap", [lambda body: {"data": body}, lambda body: body])
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_job_is_started_wrapped_or_bare(api, wrap, slash):
    promotion = PromotionFactory()
    answer = api.post(url(promotion) + slash, wrap(SEED))
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert data["status"] == "pending"
    assert data["parameters"] == SEED["parameters"]
    assert "result" not in data
    assert "error" not in data
    job = Job.objects.get(uuid=data["id"])
    assert job.created_by == "The shop"


def test_parameters_that_are_not_sent_are_left_out(api):
    body = {"type": "promotion_job", "job_type": "code_generate", "parameters": {"number_of_codes": 3}}
    assert api.post(url(PromotionFactory()), body).json()["data"]["parameters"] == {"number_of_codes": 3}


@pytest.mark.parametrize("status", [Status.PENDING, Status.PROCESSING, Status.CANCELLING])
def test_a_second_job_is_refused_while_one_is_active(api, status):
    job = JobFactory(status=status)
    answer = api.post(url(job.promotion), SEED)
    assert answer.status_code == 400
    assert fault(answer) == {
        "status": "400",
        "title": "Too many jobs",
        "detail": "Only 1 pending or processing job is allowed per promotion.",
    }
    assert Job.objects.count() == 1


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED, Status.CANCELLED])
def test_a_new_job_may_follow_one_that_has_ended(api, status):
    job = JobFactory(status=status)
    assert api.post(url(job.promotion), SEED).status_code == 201


def test_more_codes_than_a_promotion_may_have_are_refused_with_the_configured_number(api, settings):
    settings.PROMOTIONS_MAX_CODES = 1000
    answer = api.post(url(PromotionFactory()), with_parameters(number_of_codes=1001))
    assert answer.status_code == 400
    assert fault(answer) == {
        "status": "400",
        "source": "data.parameters.number_of_codes",
        "title": "Too many promotion codes",
        "detail": "Only 1000 promotion codes are allowed per promotion",
    }


def test_existing_and_requested_codes_together_over_the_limit_are_accepted(api, settings):
    settings.PROMOTIONS_MAX_CODES = 1000
    assert api.post(url(PromotionFactory(code_count=950)), SEED).status_code == 201


def test_an_automatic_promotion_takes_no_codes(api):
    answer = api.post(url(PromotionFactory(automatic=True)), SEED)
    assert answer.status_code == 422
    assert fault(answer) == {
        "status": "422",
        "title": "No codes allowed",
        "detail": "Cannot add codes to an automatic promotion",
    }


def test_many_codes_need_a_promotion_of_at_most_a_year(api):
    promotion = PromotionFactory()
    promotion.end = promotion.start.replace(year=promotion.start.year + 2)
    promotion.save()
    assert api.post(url(promotion), with_parameters(number_of_codes=1001)).status_code == 400
    assert api.post(url(promotion), with_parameters(number_of_codes=1000)).status_code == 201


@pytest.mark.parametrize(
    ("parameters", "title", "detail"),
    [
        ({"number_of_codes": 0}, "number_gte", "Must be greater than or equal to 1"),
        ({"number_of_codes": "5"}, "invalid_type", "Invalid type. Expected: integer, given: string"),
        ({"number_of_codes": True}, "invalid_type", "Invalid type. Expected: integer, given: boolean"),
        ({"number_of_codes": 5.0}, "invalid_type", "Invalid type. Expected: integer, given: number"),
        ({"number_of_codes": None}, "invalid_type", "Invalid type. Expected: integer, given: null"),
        ({"max_uses_per_code": 2**31}, "number_lte", "Must be less than or equal to 2147483647"),
        ({"code_length": 7}, "number_gte", "Must be greater than or equal to 8"),
        ({"code_length": 17}, "number_lte", "Must be less than or equal to 16"),
        ({"max_uses_per_code": -1}, "number_gte", "Must be greater than or equal to 0"),
        (
            {"consume_unit": "per_day"},
            "enum",
            'data.parameters.consume_unit must be one of the following: "per_cart", "per_item"',
        ),
        (
            {"consume_unit": ""},
            "enum",
            'data.parameters.consume_unit must be one of the following: "per_cart", "per_item"',
        ),
        ({"code_prefix": "=SUM(A1)"}, "pattern", "Must not begin with =, +, -, @ or a tab"),
        ({"code_prefix": "a\nb"}, "pattern", "Must not contain control characters"),
        ({"code_prefix": "x" * 51}, "string_lte", "String length must be less than or equal to 50"),
        ({"code_prefix": 5}, "invalid_type", "Invalid type. Expected: string, given: integer"),
    ],
)
def test_a_parameter_that_no_job_can_have_is_refused_at_its_place(api, parameters, title, detail):
    answer = api.post(url(PromotionFactory()), {"data": with_parameters(**parameters)})
    assert answer.status_code == 400
    source = f"data.parameters.{next(iter(parameters))}"
    assert fault(answer) == {"status": "400", "title": title, "detail": detail, "source": source}
    assert not Job.objects.exists()


def test_each_missing_field_is_named(api):
    answer = api.post(url(PromotionFactory()), {"data": {"parameters": {}}})
    assert answer.status_code == 400
    assert {(fault["source"], fault["title"], fault["detail"]) for fault in answer.json()["errors"]} == {
        ("data", "required", "type is required"),
        ("data", "required", "job_type is required"),
        ("data.parameters", "required", "number_of_codes is required"),
    }


def test_the_list_is_newest_first_and_only_of_the_promotion(api):
    promotion = PromotionFactory()
    jobs = [JobFactory(promotion=promotion, status=Status.COMPLETED) for _ in range(3)]
    JobFactory()
    answer = api.get(url(promotion)).json()
    assert [job["id"] for job in answer["data"]] == [str(job.uuid) for job in reversed(jobs)]
    assert answer["meta"] == {
        "page": {"limit": 25, "offset": 0, "current": 1, "total": 1},
        "results": {"total": 3},
    }


def test_the_list_is_cut_into_pages_with_links(api):
    promotion = PromotionFactory()
    JobFactory.create_batch(5, promotion=promotion, status=Status.FAILED)
    answer = api.get(f"{url(promotion)}?page[limit]=2&page[offset]=2").json()
    base = f"http://testserver{url(promotion)}"
    assert len(answer["data"]) == 2
    assert answer["links"] == {
        "current": f"{base}?page[offset]=2&page[limit]=2",
        "first": f"{base}?page[offset]=0&page[limit]=2",
        "last": f"{base}?page[offset]=4&page[limit]=2",
        "prev": f"{base}?page[offset]=0&page[limit]=2",
        "next": f"{base}?page[offset]=4&page[limit]=2",
    }
    assert answer["meta"]["page"] == {"limit": 2, "offset": 2, "current": 2, "total": 3}


@pytest.mark.parametrize(("offset", "following"), [(3, 5), (4, None), (5, None), (9, None)])
def test_the_next_page_is_named_as_long_as_there_is_one(api, offset, following):
    promotion = PromotionFactory()
    JobFactory.create_batch(6, promotion=promotion, status=Status.FAILED)
    link = api.get(f"{url(promotion)}?page[limit]=2&page[offset]={offset}").json()["links"]["next"]
    assert link == (following and f"http://testserver{url(promotion)}?page[offset]={following}&page[limit]=2")


@pytest.mark.parametrize(
    "query", ["page[limit]=0", "page[limit]=101", "page[limit]=x", "page[limit]=", "page[offset]=-1"]
)
def test_a_page_that_cannot_be_is_refused(api, query):
    answer = api.get(f"{url(PromotionFactory())}?{query}")
    assert answer.status_code == 400
    assert fault(answer)["source"] == query.split("=")[0]


def test_the_number_of_queries_does_not_grow_with_the_list(api, django_assert_max_num_queries):
    promotion = PromotionFactory()
    JobFactory.create_batch(20, promotion=promotion, status=Status.COMPLETED)
    with django_assert_max_num_queries(4):
        api.get(url(promotion))


def test_a_job_can_be_read_and_a_failed_one_says_why(api):
    job = JobFactory(status=Status.FAILED, error="codes limit exceeded")
    data = api.get(f"{url(job.promotion)}/{job.uuid}").json()["data"]
    assert (data["status"], data["error"]) == ("failed", "codes limit exceeded")
