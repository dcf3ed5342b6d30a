"""`manage.py import_promotions`: what Elastic Path's API has listed, taken in whole and once."""

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from promotions.management.commands import import_promotions
from promotions.models import Promotion, PromotionCode
from tests.commands.conftest import Terminal
from tests.factories import PromotionCodeFactory, PromotionFactory

pytestmark = pytest.mark.django_db

SUMMER = "2ad6b3d1-5a0b-4c1c-9a3f-0d4a7e1b6c55"
LOYALTY = "7f0c1d1e-0a51-4b8f-8a57-31f8d3a2d9b4"
AUTOMATIC = "c0ffee00-0000-4000-8000-000000000001"
HOST = "https://useast.api.elasticpath.com"


def promotion(key=SUMMER, **fields):
    """A promotion as Elastic Path's list shows it."""
    return {
        "type": "promotion",
        "id": key,
        "parent_id": key,
        "name": "Summer",
        "description": "Ten off",
        "enabled": True,
        "promotion_type": "fixed_discount",
        "schema": {"currencies": [{"currency": "USD", "amount": 1000}]},
        "start": "2026-06-01T00:00:00Z",
        "end": "2026-08-31T00:00:00Z",
        "min_cart_value": [{"currency": "USD", "amount": 5000}],
        "current": True,
        "created_by": "Key-2439657140697170361",
        "updated_by": "ada@example.com",
        "meta": {
            "timestamps": {
                "created_at": "2025-11-03T09:15:50.006975613Z",
                "updated_at": "2026-02-01T12:00:00.133Z",
            }
        },
    } | fields


def code(text, **fields):
    """A code as Elastic Path's list shows it."""
    return {
        "type": "promotion_codes",
        "id": "1",
        "code": text,
        "uses": 2,
        "max_uses": 5,
        "consume_unit": "per_item",
        "user": "customer-1",
        "created_by": "ada@example.com",
        "meta": {"timestamps": {"created_at": "2026-01-02T03:04:05.678Z"}},
    } | fields


def page(data, path="promotions", **links):
    """A page of a list with everything that stands around its rows."""
    here = f"{HOST}/v2/{path}?page[offset]=0&page[limit]=100"
    return {
        "data": data,
        "links": {"current": here, "first": here, "last": None, "next": None, "prev": None} | links,
        "meta": {"page": {"limit": 100, "offset": 0, "current": 1, "total": 1}, "results": {"total": len(data)}},
    }


def codes_of(key, *codes):
    return page(list(codes), f"promotions/{key}/codes")


@pytest.fixture
def take_in(run, tmp_path):
    """Writes documents into a file and imports that."""

    def take_in(*documents, options=(), indent=None, **how):
        file = tmp_path / "answers.json"
        file.write_text("\n".join(json.dumps(document, indent=indent) for document in documents))
        return run("import_promotions", file, *options, **how)

    return take_in


def everything():
    """All that is stored of promotions: rows, versions and codes."""
    return [
        list(rows.order_by("pk").values()) for rows in (Promotion.objects, Promotion.history, PromotionCode.objects)
    ]


def test_a_promotion_comes_in_with_its_id_its_times_and_its_people(take_in):
    ran = take_in(page([promotion()]))
    assert ran.status == 0
    assert ran.out == f"{SUMMER}  created  Summer  0 codes created, 0 unchanged\n"
    assert ran.err == "1 promotion and 0 codes created, 0 promotions here already.\n"
    here = Promotion.objects.get()
    assert (str(here.uuid), here.name, here.start) == (SUMMER, "Summer", datetime(2026, 6, 1, tzinfo=UTC))
    assert here.min_cart_value == [{"currency": "USD", "amount": 5000}]
    assert (here.created_by, here.updated_by) == ("Key-2439657140697170361", "ada@example.com")
    assert here.created_at == datetime(2025, 11, 3, 9, 15, 50, 6975, tzinfo=UTC)
    assert here.updated_at == datetime(2026, 2, 1, 12, 0, 0, 133000, tzinfo=UTC)


def test_its_version_says_what_the_promotion_says(take_in):
    take_in(page([promotion()]))
    [version], here = Promotion.history.all(), Promotion.objects.get()
    assert (version.created_at, version.updated_at) == (here.created_at, here.updated_at)
    assert (version.created_by, version.updated_by) == (here.created_by, here.updated_by)


def test_the_imported_promotion_is_told_by_the_api_as_it_was(take_in, api):
    take_in(page([promotion()]))
    told = api.get(f"/v2/promotions/{SUMMER}").json()["data"]
    given = promotion(
        meta={"timestamps": {"created_at": "2025-11-03T09:15:50.006Z", "updated_at": "2026-02-01T12:00:00.133Z"}}
    )
    assert told == given


def test_codes_come_in_with_what_is_left_of_them(take_in):
    ran = take_in(page([promotion()]), codes_of(SUMMER, code("ABC-1"), code("ABC-2", uses=0, user=None)))
    assert ran.out.endswith("  2 codes created, 0 unchanged\n")
    first, second = PromotionCode.objects.order_by("id")
    assert (first.code, first.uses, first.max_uses, first.consume_unit) == ("ABC-1", 2, 5, "per_item")
    assert (first.user, first.created_by) == ("customer-1", "ada@example.com")
    assert first.created_at == datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
    assert (second.uses, second.user) == (0, "")
    assert Promotion.objects.get().code_count == 2


def test_a_code_that_was_never_limited_is_not_limited_and_an_old_one_has_what_it_had_left(take_in):
    bare = {"type": "promotion_codes", "code": "BARE"}
    take_in(page([promotion()]), codes_of(SUMMER, bare, {"code": "OLD", "uses": 3}))
    assert list(PromotionCode.objects.order_by("id").values_list("uses", "max_uses")) == [(None, None), (3, 3)]
    assert PromotionCode.objects.get(code="BARE").created_by.startswith("command line (")


def test_a_second_run_changes_nothing(take_in):
    documents = page([promotion(), promotion(LOYALTY, automatic=True)]), codes_of(SUMMER, code("ABC-1"), code("ABC-2"))
    take_in(*documents)
    before = everything()
    ran = take_in(*documents)
    assert (ran.status, everything()) == (0, before)
    assert f"{SUMMER}  unchanged  Summer  0 codes created, 2 unchanged\n" in ran.out
    assert ran.err == "0 promotions and 0 codes created, 2 promotions here already.\n"


def test_what_was_changed_here_stays_and_is_said_and_new_codes_come_in(take_in):
    take_in(page([promotion()]), codes_of(SUMMER, code("ABC-1")))
    Promotion.objects.update(name="Late summer")
    ran = take_in(page([promotion()]), codes_of(SUMMER, code("ABC-1"), code("ABC-2")))
    assert ran.status == 0
    assert ran.out == (
        f"{SUMMER}  unchanged  Late summer  1 code created, 1 unchanged  (here it differs in name, and stays so)\n"
    )
    assert Promotion.objects.get().name == "Late summer"


@pytest.mark.parametrize(
    "documents",
    [
        [promotion()],
        [{"data": promotion()}],
        [[promotion()]],
        [page([promotion()])],
        [page([promotion()]), page([promotion()])],
    ],
    ids=["one", "one answer", "a list", "a page", "pages that overlap"],
)
@pytest.mark.parametrize("indent", [None, 2], ids=["a line each", "many lines each"])
def test_every_form_of_an_answer_is_read(take_in, documents, indent):
    assert take_in(*documents, indent=indent).status == 0
    assert str(Promotion.objects.get().uuid) == SUMMER


def test_standard_input_is_read_for_a_dash(run, monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO(json.dumps(page([promotion()]))))
    assert run("import_promotions", "-").status == 0
    assert Promotion.objects.exists()


def test_codes_of_a_list_without_links_need_the_promotion_to_be_named(take_in):
    promotion_here = PromotionFactory()
    listed = {"data": [code("ABC-1")]}
    ran = take_in(listed)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.endswith("document 1 does not say which promotion it is about; for codes, give --promotion\n")
    assert take_in(listed, options=["--promotion", promotion_here.uuid]).status == 0
    assert promotion_here.codes.get().code == "ABC-1"


def test_codes_of_a_promotion_that_is_not_here_are_refused(take_in):
    ran = take_in(codes_of(SUMMER, code("ABC-1")))
    assert (ran.status, ran.out) == (1, f"{SUMMER}  refused\n    promotion not found\n")


def test_a_promotion_comes_in_with_all_its_codes_or_not_at_all(take_in):
    PromotionCodeFactory(code="TAKEN")
    ran = take_in(
        page([promotion(), promotion(LOYALTY, name="Loyalty")]),
        codes_of(SUMMER, code("ABC-1"), code("TAKEN")),
        codes_of(LOYALTY, code("ABC-2")),
    )
    assert ran.status == 1
    assert ran.out == (
        f"{SUMMER}  refused  Summer\n    TAKEN: Promotion code already in use\n"
        f"{LOYALTY}  created  Loyalty  1 code created, 0 unchanged\n"
    )
    assert ran.err.endswith("Error: 1 of 2 promotions were refused.\n")
    assert not Promotion.objects.filter(uuid=SUMMER).exists()
    assert set(PromotionCode.objects.values_list("code", flat=True)) == {"TAKEN", "ABC-2"}


def test_a_code_that_someone_takes_meanwhile_is_named(take_in, monkeypatch):
    texts = [f"ABC-{n}" for n in range(1500)]
    add = import_promotions.take_in.by_hand.add

    def overtaken(to, codes):
        if len(codes) == 500:
            PromotionCodeFactory(code="ABC-1234")
        add(to, codes)

    monkeypatch.setattr(import_promotions.take_in.by_hand, "add", overtaken)
    ran = take_in(page([promotion()]), codes_of(SUMMER, *map(code, texts)))
    assert ran.out == f"{SUMMER}  refused  Summer\n    ABC-1234: Promotion code already in use\n"
    assert not Promotion.objects.filter(uuid=SUMMER).exists()


def test_the_same_code_of_two_promotions_in_the_file_goes_to_the_first(take_in):
    ran = take_in(
        page([promotion(), promotion(LOYALTY)]), codes_of(SUMMER, code("ABC")), codes_of(LOYALTY, code("ABC"))
    )
    assert ran.status == 1
    assert str(PromotionCode.objects.get().promotion.uuid) == SUMMER


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"id": "none"}, "id: Does not match format 'uuid'"),
        ({"current": False}, "current: Is an older version of a promotion"),
        ({"enabled": "yes"}, "enabled: Invalid type. Expected: boolean, given: string"),
        ({"start": "soon"}, "start: Does not match format 'date-time'"),
        ({"start": 5}, "start: Does not match format 'date-time'"),
        ({"end": None}, "end: This field cannot be null."),
        ({"end": "2026-01-01"}, "__all__: The end must not be before the start"),
        ({"schema": {"currencies": []}}, "schema: currencies: Array must have at least 1 items"),
        ({"promotion_type": "free"}, "promotion_type: Value 'free' is not a valid choice."),
        ({"name": "\x00"}, "name: Must not contain null characters or surrogates"),
        ({"description": "\ud800"}, "description: Must not contain null characters or surrogates"),
        ({"created_by": "x" * 256}, "created_by: Ensure this value has at most 255 characters (it has 256)."),
        ({"created_by": 5}, "created_by: Invalid type. Expected: string, given: integer"),
        ({"min_cart_value": "5"}, "min_cart_value: Invalid type. Expected: array, given: string"),
    ],
)
def test_what_no_promotion_can_be_is_refused_with_the_reason(take_in, fields, said):
    ran = take_in(page([promotion(**fields)]))
    assert ran.status == 1
    assert f"\n    {said}\n" in ran.out
    assert not Promotion.objects.exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"uses": "2"}, "uses: Invalid type. Expected: integer, given: string"),
        ({"uses": 6}, "uses: Must be less than or equal to 5"),
        ({"uses": None}, "uses is required beside max_uses"),
        ({"consume_unit": "per_month"}, "consume_unit: Value 'per_month' is not a valid choice."),
        ({"user": "\x00"}, "user: Must not contain null characters or surrogates"),
        ({"code": "=1+1"}, "code: Must not begin with =, +, -, @ or a tab"),
        ({"meta": {"timestamps": {"created_at": "then"}}}, "created_at: Does not match format 'date-time'"),
    ],
)
def test_what_no_code_can_be_is_refused_with_the_reason(take_in, fields, said):
    bad = code("BAD") | fields
    ran = take_in(page([promotion()]), codes_of(SUMMER, code("GOOD"), bad))
    assert ran.status == 1
    assert f"\n    {bad['code']}: {said}\n" in ran.out
    assert not Promotion.objects.exists()


def test_more_codes_than_a_promotion_may_have_are_refused(take_in, settings):
    settings.PROMOTIONS_MAX_CODES = 1
    ran = take_in(page([promotion()]), codes_of(SUMMER, code("ABC-1"), code("ABC-2")))
    assert "Only 1 promotion codes are allowed per promotion" in ran.out
    assert not Promotion.objects.exists()


def test_an_automatic_promotion_keeps_the_code_that_it_had_made(take_in):
    own = code(f"auto_{AUTOMATIC}", uses=None, max_uses=None)
    documents = page([promotion(AUTOMATIC, automatic=True)]), codes_of(AUTOMATIC, own)
    assert take_in(*documents).status == 0
    assert PromotionCode.objects.get().code == f"auto_{AUTOMATIC}"
    assert Promotion.objects.get().code_count == 1
    assert f"{AUTOMATIC}  unchanged" in take_in(*documents).out


def test_an_automatic_promotion_takes_no_second_code(take_in):
    ran = take_in(page([promotion(AUTOMATIC, automatic=True)]), codes_of(AUTOMATIC, code("A"), code("B")))
    assert (ran.status, Promotion.objects.count()) == (1, 0)
    assert "Cannot add codes to an automatic promotion" in ran.out


def test_a_promotion_that_was_deleted_here_does_not_come_back_while_it_is_removed(take_in, api):
    take_in(page([promotion()]))
    assert api.delete(f"/v2/promotions/{SUMMER}").status_code == 204
    ran = take_in(page([promotion()]))
    assert (ran.status, ran.out) == (1, f"{SUMMER}  refused  Summer\n    The promotion was deleted here\n")


def test_a_dry_run_says_the_same_and_changes_nothing(take_in):
    documents = page([promotion(), promotion(LOYALTY)]), codes_of(SUMMER, code("A")), codes_of(LOYALTY, code("A"))
    dry = take_in(*documents, options=["--dry-run"])
    assert everything() == [[], [], []]
    assert dry.err == (
        "1 promotion and 1 code would be created, 0 promotions here already.\n"
        "Error: 1 of 2 promotions would be refused.\n"
    )
    assert (dry.status, dry.out) == (1, take_in(*documents).out)


def test_json_tells_what_happened_to_each(take_in):
    ran = take_in(page([promotion(), promotion(LOYALTY, schema=None)]), options=["--json"])
    assert ran.status == 1
    created, refused = ran.json["promotions"]
    assert created == {
        "id": SUMMER,
        "name": "Summer",
        "outcome": "created",
        "codes_created": 0,
        "codes_unchanged": 0,
        "differs": [],
        "faults": [],
    }
    assert (refused["id"], refused["outcome"]) == (LOYALTY, "refused")
    assert refused["faults"] == ["schema: This field cannot be null."]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1]", "document 1 is no answer of the API"),
        ('{"data": [{"type": "rule_promotion"}]}', "document 1 has an entry that is neither a promotion nor a code"),
        ('{"data": []}\n{"data": ', "line 2 is no JSON: Expecting value"),
        ("[" * 100_000, "line 1 is no JSON: nested too deeply"),
        ('{"type": "promotion"}', "document 1 does not say which promotion it is about; for codes, give --promotion"),
    ],
)
def test_what_is_no_answer_of_the_api_ends_with_its_place(run, tmp_path, text, said):
    file = tmp_path / "answers.json"
    file.write_text(text)
    assert run("import_promotions", file).err == f"Error: {file}: {said}\n"


def test_a_file_that_cannot_be_read_is_said(run, tmp_path):
    ran = run("import_promotions", tmp_path / "none.json")
    assert ran.status == 1
    assert "none.json cannot be read: " in ran.err


def test_progress_is_shown_on_a_terminal(take_in):
    ran = take_in(page([promotion()]), codes_of(SUMMER, *(code(f"ABC-{n}") for n in range(1200))), stream=Terminal)
    assert "1200/1200" in ran.err
    assert "created" in ran.out


def test_an_interrupted_run_keeps_and_tells_what_has_come_in(take_in, monkeypatch):
    known = import_promotions.take

    def interrupted(item, advance):
        if item.id == LOYALTY:
            raise KeyboardInterrupt
        return known(item, advance)

    monkeypatch.setattr(import_promotions, "take", interrupted)
    ran = take_in(page([promotion(), promotion(LOYALTY)]))
    assert ran.status == 130
    assert ran.out.startswith(f"{SUMMER}  created")
    assert Promotion.objects.count() == 1


def test_a_batch_of_codes_costs_a_constant_number_of_queries(take_in):
    """Two thousand more codes are two batches more: nothing is asked for each code."""

    def queries(key, count):
        codes = [code(f"{key[:4]}-{n}") for n in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert take_in(page([promotion(key)]), codes_of(key, *codes)).status == 0
        return [query["sql"].split()[0] for query in captured if not query["sql"].startswith("INSERT")]

    assert len(queries(LOYALTY, 3000)) - len(queries(SUMMER, 1000)) <= 2 * 12
