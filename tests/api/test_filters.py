"""The filter language, by itself and in the list of jobs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotions.api.filters import OPERATORS, Comparison, FilterRefused, parse
from promotions.states import Status
from tests.factories import JobFactory, PromotionFactory


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("eq(code,DRF8-8VSX)", [[Comparison("eq", "code", ("DRF8-8VSX",))]]),
        ("eq(status, complete)", [[Comparison("eq", "status", ("complete",))]]),
        ("eq( status , complete )", [[Comparison("eq", "status", ("complete",))]]),
        ("eq(a,1):gt(b,2)", [[Comparison("eq", "a", ("1",))], [Comparison("gt", "b", ("2",))]]),
        (
            "(eq(a,1)|eq(a,2)):le(b,3)",
            [
                [Comparison("eq", "a", ("1",)), Comparison("eq", "a", ("2",))],
                [Comparison("le", "b", ("3",))],
            ],
        ),
        ("in(id,1, 2,3)", [[Comparison("in", "id", ("1", "2", "3"))]]),
        ("like(name,*a,b*)", [[Comparison("like", "name", ("*a,b*",))]]),
        (r'eq(code,"a)b\"c,d")', [[Comparison("eq", "code", ('a)b"c,d',))]]),
        (r"eq(code,'it\'s')", [[Comparison("eq", "code", ("it's",))]]),
        ("eq(code,a:b|c(d)", [[Comparison("eq", "code", ("a:b|c(d",))]]),
    ],
)
def test_a_filter_is_read(text, expected):
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    ["eq", "eq()", "eq(code)", "eq(code,A", "eq(code,A))", "xx(code,A)", "eq(code,A) eq(code,B)", ":", "()", "eq(,A)",
     "x" * 9000, ":".join(["eq(a,1)"] * 11), 'eq(a,"b)', "EQ(a,b)"],
)  # fmt: skip
def test_what_is_no_filter_is_refused(text):
    with pytest.raises(FilterRefused, match="Could not parse the supplied filter"):
        parse(text)


@given(st.text(max_size=200) | st.text("eqin()|:,\"'\\* ab", max_size=60))
def test_any_text_is_read_or_refused_and_never_more(text):
    try:
        groups = parse(text)
    except FilterRefused:
        return
    assert all(comparison.operator in OPERATORS for group in groups for comparison in group)


@given(st.text(min_size=1, max_size=50))
def test_a_quoted_value_comes_out_as_it_went_in(value):
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    if "\n" in value:
        quoted = quoted.replace("\\\n", "\n")
    assert parse(f'eq(code,"{quoted}")')[0][0].values == (value,)


@pytest.fixture
def jobs(db):
    promotion = PromotionFactory()
    statuses = (Status.COMPLETED, Status.CANCELLED, Status.FAILED)
    return promotion, {status: JobFactory(promotion=promotion, status=status) for status in statuses}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("eq(status,failed)", {"failed"}),
        ("eq(status%2C%20cancelled)", {"cancelled"}),
        ("eq(status,complete)", {"completed"}),
        ("eq(job_type,code_generate):eq(status,cancelled)", {"cancelled"}),
        ("(eq(status,failed)|eq(status,completed))", {"failed", "completed"}),
        ("eq(status,nonsense)", set()),
        ("", {"failed", "completed", "cancelled"}),
    ],
)
def test_the_list_of_jobs_is_filtered(api, jobs, text, expected):
    promotion, _ = jobs
    answer = api.get(f"/v2/promotions/{promotion.uuid}/jobs?filter={text}").json()
    assert {job["status"] for job in answer["data"]} == expected
    assert answer["meta"]["results"]["total"] == len(expected)


@pytest.mark.parametrize("text", ["nonsense", "eq(name,x)", "gt(status,failed)", "eq(status__in,x)"])
def test_a_filter_that_the_list_does_not_have_is_refused(api, jobs, text):
    answer = api.get(f"/v2/promotions/{jobs[0].uuid}/jobs?filter={text}")
    assert answer.status_code == 400
    [fault] = answer.json()["errors"]
    assert fault["title"] == "Bad Request"
    assert fault["detail"].startswith("Could not parse the supplied filter")


def test_a_filter_of_jobs_that_js_sdk_leaves_over_does_not_disturb_the_list_of_promotions(api, jobs):
    answer = api.get("/v2/promotions?filter=eq(job_type,code_generate):eq(status,cancelled)")
    assert len(answer.json()["data"]) == 1


def test_links_keep_the_filter(api, jobs):
    answer = api.get(f"/v2/promotions/{jobs[0].uuid}/jobs?page[limit]=1&filter=eq(job_type,code_generate)").json()
    assert answer["links"]["next"].endswith("?page[offset]=1&page[limit]=1&filter=eq%28job_type%2Ccode_generate%29")
