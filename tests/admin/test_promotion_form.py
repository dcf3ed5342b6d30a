"""The form of a promotion: the fields of each type, what is read from them, and where errors stand."""

from copy import deepcopy

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from promotions.admin.promotion_form import form_for
from promotions.admin.schema_fields import FIELDS
from promotions.models import Promotion, PromotionType
from promotions.models.promotion_schema import schema_faults
from tests.factories import PromotionFactory

LIST = "/admin/promotions/promotion/"

COMMON = {
    "name": "Summer",
    "description": "d",
    "start_0": "2026-06-01",
    "start_1": "00:00:00",
    "end_0": "2026-08-31",
    "end_1": "00:00:00",
    "max_applications_per_cart": "0",
}
MONEY = {"currency": "USD", "amount": 1050}
ATTRIBUTE = {"template": "t", "field": "f", "type": "string", "value": "v"}
CONDITIONS = {"or": [{"and": [{"node": {"values": ["N"]}}]}]}
ITEMS = {
    "targets": ["SKU-1", "SKU 2"],
    "target_nodes": ["N1"],
    "target_catalogs": ["C"],
    "target_attributes": [ATTRIBUTE],
    "target_conditions": CONDITIONS,
    "exclude": {"targets": ["SKU-3"], "nodes": ["N2"], "attributes": [ATTRIBUTE], "conditions": CONDITIONS},
}
CART = {"target_catalogs": ["C"], "exclude": ITEMS["exclude"]}
BUNDLE = {"requirements": [{"targets": ["A", "B"], "quantity": 2}], "target_catalogs": ["C"]}
WRITTEN_ITEMS = {
    "targets": "SKU-1\r\n SKU 2 \r\n",
    "target_nodes": "N1",
    "target_catalogs": "C",
    "target_attributes": '[{"template": "t", "field": "f", "type": "string", "value": "v"}]',
    "target_conditions": '{"or": [{"and": [{"node": {"values": ["N"]}}]}]}',
    "exclude_targets": "SKU-3",
    "exclude_nodes": "N2",
    "exclude_attributes": '[{"template": "t", "field": "f", "type": "string", "value": "v"}]',
    "exclude_conditions": '{"or": [{"and": [{"node": {"values": ["N"]}}]}]}',
}
WRITTEN_CART = {name: text for name, text in WRITTEN_ITEMS.items() if "exclude" in name or "catalogs" in name}
# Of each type: a schema with everything that the contract has, and what staff write for it.
WHOLE = {
    "fixed_discount": (
        {"currencies": [MONEY, {"currency": "JPY", "amount": 500}, {"currency": "KWD", "amount": 1}]} | CART,
        {"currencies": "10.50 USD\nJPY 500\n0,001kwd"} | WRITTEN_CART,
    ),
    "percent_discount": (
        {"currencies": [{"currency": "USD", "percentage": 12.345678}, {"currency": "EUR", "percentage": 15}]} | CART,
        {"currencies": "12.345678 % USD\nEUR 15"} | WRITTEN_CART,
    ),
    "item_fixed_discount": ({"currencies": [MONEY]} | ITEMS, {"currencies": "10.5 USD"} | WRITTEN_ITEMS),
    "item_percent_discount": ({"percent": 12.5} | ITEMS, {"percent": "12,5 %"} | WRITTEN_ITEMS),
    "x_for_y": ({"x": 3, "y": 2} | ITEMS, {"x": "3", "y": "2"} | WRITTEN_ITEMS),
    "x_for_amount": ({"x": 3, "currencies": [MONEY]} | ITEMS, {"x": "3", "currencies": "10.50 USD"} | WRITTEN_ITEMS),
    "bundle_fixed_discount": (
        BUNDLE | {"currencies": [MONEY]},
        {"requirements": "2 x A, B", "currencies": "10.50 USD", "target_catalogs": "C"},
    ),
    "bundle_gift": (
        BUNDLE | {"gifts": ["MUG"], "auto_add_free_gift": True},
        {"requirements": "2x A,B", "gifts": "MUG", "auto_add_free_gift": "on", "target_catalogs": "C"},
    ),
}


def add(staff, promotion_type, **fields):
    return staff.post(f"{LIST}add/?promotion_type={promotion_type}", COMMON | fields)


def errors_of(answer):
    assert answer.status_code == 200
    return dict(answer.context["adminform"].form.errors)


def fields_on(answer):
    return [name for fieldset in answer.context["adminform"] for line in fieldset for name in line.fields]


def paths(schema, around=()):
    """Everything that a schema has, as paths."""
    for name, value in schema.items():
        if name == "exclude":
            yield from paths(value, (name,))
        else:
            yield (*around, name)


def test_the_type_is_asked_for_first(staff):
    answer = staff.get(f"{LIST}add/")
    links = [f"?promotion_type={kind}" for kind in PromotionType.values]
    assert all(f'href="{link}"' in answer.content.decode() for link in links)
    assert 'id="types"' in staff.get(f"{LIST}add/?promotion_type=nonsense").content.decode()
    assert 'id="types"' in staff.post(f"{LIST}add/", COMMON).content.decode()
    assert not Promotion.objects.exists()


def test_who_may_not_add_promotions_is_not_asked(log_in):
    assert log_in("view_promotion").get(f"{LIST}add/").status_code == 403


@pytest.mark.parametrize("promotion_type", PromotionType.values)
def test_a_type_has_a_field_for_everything_that_it_can_have_and_no_other(promotion_type):
    schema, _ = WHOLE[promotion_type]
    assert schema_faults(promotion_type, schema) == []
    assert {field.path for field in FIELDS[promotion_type].all()} == set(paths(schema))


@pytest.mark.parametrize("promotion_type", PromotionType.values)
def test_a_promotion_of_each_type_is_added_with_all_that_it_can_have(staff, promotion_type):
    schema, written = WHOLE[promotion_type]
    answer = add(staff, promotion_type, **written, min_cart_value="50 USD")
    assert answer.status_code == 302, errors_of(answer)
    promotion = Promotion.objects.get()
    assert (promotion.promotion_type, promotion.schema) == (promotion_type, schema)
    assert promotion.min_cart_value == [{"currency": "USD", "amount": 5000}]
    assert (promotion.created_by, promotion.history.count()) == ("ann", 1)


@pytest.mark.parametrize("promotion_type", PromotionType.values)
def test_the_form_of_each_type_shows_only_what_it_needs(staff, promotion_type):
    _, written = WHOLE[promotion_type]
    shown = fields_on(staff.get(f"{LIST}add/?promotion_type={promotion_type}"))
    of_all = {field.name for of_type in FIELDS.values() for field in of_type.all()}
    switch = {"all_products"} if promotion_type == "item_percent_discount" else set()
    assert set(shown) & of_all == set(written) | switch
    assert ("max_applications_per_cart" in shown) == (promotion_type not in ("fixed_discount", "percent_discount"))
    assert ("max_discount_value" in shown) == (promotion_type in ("percent_discount", "item_percent_discount"))


def sent_back(promotion):
    """What a browser sends that has opened the form of a promotion and changed nothing."""
    form = form_for(promotion.promotion_type, promotion)(instance=promotion)
    data = QueryDict(mutable=True)
    for name in form.fields:
        value = form[name].value()
        if name in ("start", "end"):
            data.update({f"{name}_0": f"{value:%Y-%m-%d}", f"{name}_1": f"{value:%H:%M:%S}"})
        elif value is True:
            data[name] = "on"
        elif value is not None and value is not False:
            data[name] = str(value).replace("\n", "\r\n")
    return data


def change(staff, promotion, **fields):
    data = sent_back(promotion)
    for name, value in fields.items():
        data[name] = value
    return staff.post(f"{LIST}{promotion.pk}/change/", data.dict())


@pytest.mark.parametrize("promotion_type", PromotionType.values)
def test_a_form_that_is_sent_back_as_it_was_changes_nothing(staff, promotion_type):
    promotion = PromotionFactory(
        promotion_type=promotion_type,
        schema=WHOLE[promotion_type][0],
        min_cart_value=[MONEY],
        max_discount_value=[MONEY],
    )
    before = Promotion.objects.values().get()
    answer = change(staff, promotion)
    assert answer.status_code == 302, errors_of(answer)
    assert Promotion.objects.values().get() == before
    assert promotion.history.count() == 1


@pytest.mark.parametrize("promotion_type", PromotionType.values)
def test_one_field_is_changed_and_everything_else_stays(staff, promotion_type):
    schema = deepcopy(WHOLE[promotion_type][0])
    promotion = PromotionFactory(promotion_type=promotion_type, schema=schema)
    assert change(staff, promotion, target_catalogs="", name="After").status_code == 302
    promotion.refresh_from_db()
    del schema["target_catalogs"]
    assert (promotion.name, promotion.schema) == ("After", schema)


TEXT = st.text(min_size=1, max_size=6)
AMOUNT = st.fixed_dictionaries({"currency": st.sampled_from(["USD", "JPY", "KWD"]), "amount": st.integers(0, 10**24)})
REQUIREMENT = st.fixed_dictionaries({"targets": st.lists(TEXT, min_size=1), "quantity": st.integers(1, 10**12)})
SCHEMAS = st.fixed_dictionaries(
    {"currencies": st.lists(AMOUNT, min_size=1, max_size=3)},
    optional={"targets": st.lists(TEXT), "target_nodes": st.lists(TEXT), "exclude": st.just({"targets": []})},
)
BUNDLES = st.fixed_dictionaries(
    {"requirements": st.lists(REQUIREMENT, min_size=1), "gifts": st.lists(TEXT, min_size=1)},
    optional={"auto_add_free_gift": st.booleans()},
)
PERCENTS = st.fixed_dictionaries(
    {"percent": st.integers(1, 100) | st.decimals("0.000001", 100, places=6).map(float)},
    optional={"targets": st.just("all")},
)


@pytest.mark.django_db
@given(
    st.tuples(st.just("item_fixed_discount"), SCHEMAS)
    | st.tuples(st.just("bundle_gift"), BUNDLES)
    | st.tuples(st.just("item_percent_discount"), PERCENTS)
)
def test_whatever_a_schema_says_comes_back_as_it_was(case):
    promotion_type, schema = case
    promotion = PromotionFactory.build(promotion_type=promotion_type, schema=schema)
    form = form_for(promotion_type, promotion)(sent_back(promotion), instance=promotion)
    of_schema = {field.name for field in FIELDS[promotion_type].all()}
    assert not of_schema & set(form.changed_data)
    form.full_clean()
    assert form.instance.schema == schema


@pytest.mark.parametrize(
    ("promotion_type", "fields", "errors"),
    [
        ("fixed_discount", {}, {"currencies": ["This field is required."]}),
        (
            "fixed_discount",
            {"currencies": "10 USD\nten dollars\n1.005 USD"},
            {
                "currencies": [
                    "Line 2: This is no amount with its currency, such as 10.00 USD.",
                    "Line 3: USD has at most 2 decimals.",
                ]
            },
        ),
        (
            "fixed_discount",
            {"currencies": "10 USD\n5 USD"},
            {"currencies": ["Line 2, currency: The same currency must not be given twice"]},
        ),
        ("fixed_discount", {"currencies": "-5 USD"}, {"currencies": 1}),
        ("fixed_discount", {"currencies": "USD 5 EUR"}, {"currencies": 1}),
        (
            "percent_discount",
            {"currencies": "101 % USD", "max_discount_value": "5"},
            {
                "currencies": ["Line 1, percentage: Must be less than or equal to 100"],
                "max_discount_value": ["Line 1: This is no amount with its currency, such as 10.00 USD."],
            },
        ),
        ("item_percent_discount", {"percent": "0", "targets": "A"}, {"percent": ["Must be greater than 0"]}),
        ("item_percent_discount", {"percent": "ten", "targets": "A"}, {"percent": 1}),
        (
            "item_percent_discount",
            {"percent": "10"},
            {"targets": ["targets, target_nodes, target_attributes or target_conditions is required"]},
        ),
        (
            "item_percent_discount",
            {"percent": "10", "all_products": "on", "targets": "A"},
            {"targets": ["Leave this empty when all products are meant."]},
        ),
        (
            "item_percent_discount",
            {"percent": "10", "all_products": "on", "target_nodes": "N"},
            {"target_nodes": ['Additional property target_nodes is not allowed when targets is "all"']},
        ),
        ("x_for_y", {"x": "2", "y": "2", "targets": "A"}, {"y": ["Must be less than 2"]}),
        ("x_for_y", {"x": "x", "y": "0", "targets": "A"}, {"x": 1, "y": 1}),
        ("x_for_amount", {"x": "3", "currencies": "5 USD"}, {"targets": 1}),
        ("bundle_gift", {"requirements": "two mugs", "gifts": "MUG"}, {"requirements": 1}),
        ("bundle_gift", {"requirements": "0 x A", "gifts": "MUG"}, {"requirements": 1}),
        ("x_for_y", {"x": "3", "y": "2", "target_conditions": "nonsense"}, {"target_conditions": 1, "targets": 1}),
        (
            "x_for_y",
            {"x": "3", "y": "2", "target_conditions": '{"or": []}'},
            {"target_conditions": ["or: Array must have at least 1 items"]},
        ),
        ("x_for_y", {"x": "3", "y": "2", "targets": "A", "exclude_attributes": "[1]"}, {"exclude_attributes": 1}),
    ],
)
def test_what_is_wrong_stands_beside_its_field_with_its_line(staff, promotion_type, fields, errors):
    found = errors_of(add(staff, promotion_type, **fields))
    assert {name: found[name] if isinstance(errors.get(name), list) else len(found[name]) for name in found} == errors
    assert not Promotion.objects.exists()


def test_all_products_are_meant_by_a_switch_and_back(staff):
    assert add(staff, "item_percent_discount", percent="10", all_products="on").status_code == 302
    promotion = Promotion.objects.get()
    assert promotion.schema == {"percent": 10, "targets": "all"}
    url = f"{LIST}{promotion.pk}/change/"
    assert staff.post(url, COMMON | {"percent": "10", "targets": "A"}).status_code == 302
    promotion.refresh_from_db()
    assert promotion.schema == {"percent": 10, "targets": ["A"]}
    assert staff.post(url, COMMON | {"percent": "10", "all_products": "on"}).status_code == 302
    promotion.refresh_from_db()
    assert promotion.schema == {"percent": 10, "targets": "all"}


def test_what_has_no_simple_form_is_shown_as_json_and_kept(staff):
    schema = {"currencies": [MONEY], "targets": ["two\nlines", " blanks "]}
    promotion = PromotionFactory(promotion_type="item_fixed_discount", schema=schema)
    assert sent_back(promotion)["targets"].startswith("[")
    assert change(staff, promotion, name="After").status_code == 302
    promotion.refresh_from_db()
    assert (promotion.name, promotion.schema) == ("After", schema)


def test_who_may_only_look_sees_all_of_it_as_it_is_stored(log_in):
    promotion = PromotionFactory(schema={"currencies": [MONEY]})
    answer = log_in("view_promotion").get(f"{LIST}{promotion.pk}/change/")
    assert answer.status_code == 200
    assert "1050" in answer.content.decode()


@pytest.mark.parametrize("hostile", ["[" * 100_000, "9" * 5_000, '{"or": ' * 3_000, "NaN", "\x00", r'["\ud800"]'])
def test_hostile_json_is_an_error_of_its_field(staff, hostile):
    answer = add(staff, "x_for_y", x="3", y="2", targets="A", target_attributes=hostile)
    assert "target_attributes" in errors_of(answer)
