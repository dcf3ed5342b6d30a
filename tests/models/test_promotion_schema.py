"""The rules of the eight promotion types: what is valid, and for what is not, the fault at its place."""

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotions.errors import Fault
from promotions.management.demo import PROMOTIONS as DEMO
from promotions.models import PromotionType
from promotions.models.promotion_schema import (
    FAULTS_SHOWN,
    SCHEMAS,
    amounts_faults,
    applications_faults,
    as_list,
    schema_faults,
)

USD = {"currency": "USD", "amount": 500}
SIZE = {"template": "products(shoes)", "field": "size", "type": "integer", "value": 42}
SIZES = {"template": "products(shoes)", "field": "size", "type": "integer", "values": [42, "43"]}
CONDITIONS = {"or": [{"and": [{"node": {"values": ["n1"]}}, {"attribute": SIZES}]}]}
EXCLUDE = {"targets": ["SKU-9"], "nodes": ["n9"], "attributes": [SIZE], "conditions": CONDITIONS}
TARGETS = {
    "targets": ["SKU-1"],
    "target_nodes": ["n1"],
    "target_attributes": [SIZE],
    "target_conditions": CONDITIONS,
    "target_catalogs": ["c1"],
    "exclude": EXCLUDE,
}
SHIRTS = {"targets": ["SHIRT", "BLOUSE"], "quantity": 2}

VALID = {
    "fixed_discount": {"currencies": [USD, {"currency": "EUR", "amount": 0}], "exclude": EXCLUDE},
    "percent_discount": {"currencies": [{"currency": "USD", "percentage": 12.5}], "target_catalogs": ["c1"]},
    "item_fixed_discount": {"currencies": [USD], **TARGETS},
    "item_percent_discount": {"percent": 33.333333, **TARGETS},
    "x_for_y": {"x": 3, "y": 2, **TARGETS},
    "x_for_amount": {"x": 1, "currencies": [USD], **TARGETS},
    "bundle_fixed_discount": {"requirements": [SHIRTS], "currencies": [USD], "target_catalogs": ["c1"]},
    "bundle_gift": {"requirements": [SHIRTS], "gifts": ["MUG"], "auto_add_free_gift": True, "target_catalogs": []},
}


def can_be_said(fault):
    """Whether JSON Schema has words for it: it compares no values, and knows neither decimals nor databases nor NaN."""
    return (
        fault.title not in {"unique", "number_lt", "multiple_of"}
        and not fault.detail.startswith("Must not contain null characters")
        and not fault.detail.endswith(", given: number")
    )


def faults_of(promotion_type, schema):
    """The faults as (title, place within the schema), after a look whether the rule in JSON Schema sees them too."""
    faults = schema_faults(promotion_type, schema)
    assert all(isinstance(fault, Fault) and fault.status == 400 and fault.detail for fault in faults)
    is_valid = jsonschema_rs.validator_for(dict(SCHEMAS[promotion_type].schema)).is_valid
    if all(map(can_be_said, faults)):
        assert is_valid(schema) == (not faults)
    return [(fault.title, fault.source.removeprefix("data.schema").removeprefix(".")) for fault in faults]


def test_every_type_has_rules():
    assert set(SCHEMAS) == set(PromotionType.values) == set(VALID)


@pytest.mark.parametrize("promotion_type", PromotionType.values)
def test_the_documented_schema_of_a_type_is_valid(promotion_type):
    assert faults_of(promotion_type, VALID[promotion_type]) == []


@pytest.mark.parametrize("promotion", DEMO, ids=lambda promotion: promotion.slug)
def test_the_promotions_of_the_demo_shop_are_valid(promotion):
    assert faults_of(promotion.fields["promotion_type"], promotion.fields["schema"]) == []


@pytest.mark.parametrize(
    ("promotion_type", "names"),
    [
        ("fixed_discount", ["currencies"]),
        ("percent_discount", ["currencies"]),
        ("item_fixed_discount", ["currencies", "targets"]),
        ("item_percent_discount", ["percent", "targets"]),
        ("x_for_y", ["x", "y", "targets"]),
        ("x_for_amount", ["x", "currencies", "targets"]),
        ("bundle_fixed_discount", ["requirements", "currencies"]),
        ("bundle_gift", ["requirements", "gifts"]),
    ],
)
def test_an_empty_schema_is_told_everything_that_it_lacks(promotion_type, names):
    faults = schema_faults(promotion_type, {})
    assert [(fault.title, fault.source) for fault in faults] == [("required", "data.schema")] * len(names)
    wanted = {"targets": "targets, target_nodes, target_attributes or target_conditions is required"}
    assert [fault.detail for fault in faults] == [wanted.get(name, f"{name} is required") for name in names]


@pytest.mark.parametrize("promotion_type", PromotionType.values)
def test_an_unknown_property_is_refused_and_named(promotion_type):
    [fault] = schema_faults(promotion_type, VALID[promotion_type] | {"discuont": 1})
    assert fault == Fault(
        400, "additional_property_not_allowed", "Additional property discuont is not allowed", "data.schema"
    )


@pytest.mark.parametrize("promotion_type", ["bundle_fixed_discount", "bundle_gift"])
@pytest.mark.parametrize("name", ["target_nodes", "exclude", "targets"])
def test_a_bundle_knows_neither_nodes_nor_targets_of_its_own(promotion_type, name):
    changed = VALID[promotion_type] | {name: TARGETS[name]}
    assert faults_of(promotion_type, changed) == [("additional_property_not_allowed", "")]


@pytest.mark.parametrize("promotion_type", PromotionType.values)
@pytest.mark.parametrize("schema", [None, [], "percent", 5, True])
def test_a_schema_that_is_no_object_is_refused(promotion_type, schema):
    assert faults_of(promotion_type, schema) == [("invalid_type", "")]


def currencies(*items):
    return {"currencies": list(items)}


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        (currencies(), ("array_min_items", "currencies")),
        ({"currencies": USD}, ("invalid_type", "currencies")),
        (currencies(5), ("invalid_type", "currencies.0")),
        (currencies({"currency": "USD"}), ("required", "currencies.0")),
        (currencies({"amount": 1}), ("required", "currencies.0")),
        (currencies(USD | {"percentage": 5}), ("additional_property_not_allowed", "currencies.0")),
        (currencies(USD | {"amount": -1}), ("number_gte", "currencies.0.amount")),
        (currencies(USD | {"amount": 5.5}), ("invalid_type", "currencies.0.amount")),
        (currencies(USD | {"amount": "5"}), ("invalid_type", "currencies.0.amount")),
        (currencies(USD | {"amount": True}), ("invalid_type", "currencies.0.amount")),
        (currencies(USD | {"currency": "usd"}), ("pattern", "currencies.0.currency")),
        (currencies(USD | {"currency": "USDT"}), ("pattern", "currencies.0.currency")),
        (currencies(USD | {"currency": "USD\n"}), ("pattern", "currencies.0.currency")),
        (currencies(USD | {"currency": None}), ("invalid_type", "currencies.0.currency")),
        (currencies(USD, USD | {"amount": 7}), ("unique", "currencies.1.currency")),
    ],
)
def test_an_amount_needs_a_currency_once_and_whole_units(schema, fault):
    assert faults_of("fixed_discount", schema) == [fault]


PERCENTS = [
    (0, "number_gt"),
    (-5, "number_gt"),
    (100.000001, "number_lte"),
    (float("inf"), "number_lte"),
    (float("nan"), "invalid_type"),
    (10**400, "number_lte"),
    (12.3456789, "multiple_of"),
    (1e-7, "multiple_of"),
    ("10", "invalid_type"),
    (True, "invalid_type"),
    (None, "invalid_type"),
]


@pytest.mark.parametrize(("percent", "title"), PERCENTS)
def test_a_percentage_is_above_0_up_to_100_with_at_most_six_decimals(percent, title):
    schema = currencies({"currency": "USD", "percentage": percent})
    assert faults_of("percent_discount", schema) == [(title, "currencies.0.percentage")]
    assert faults_of("item_percent_discount", {"percent": percent, "targets": "all"}) == [(title, "percent")]


@pytest.mark.parametrize("percent", [0.000001, 1, 99.999999, 100, 100.0])
def test_the_bounds_of_a_percentage_are_within_it(percent):
    assert faults_of("item_percent_discount", {"percent": percent, "targets": "all"}) == []


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        ({"x": 2, "y": 2}, ("number_lt", "y")),
        ({"x": 2, "y": 3}, ("number_lt", "y")),
        ({"x": 2, "y": 0}, ("number_gte", "y")),
        ({"x": 0, "y": 1}, ("number_gte", "x")),
        ({"x": 2.5, "y": 1}, ("invalid_type", "x")),
        ({"x": "3", "y": 2}, ("invalid_type", "x")),
    ],
)
def test_x_for_y_gives_fewer_than_x(schema, fault):
    assert faults_of("x_for_y", schema | {"targets": ["SKU"]}) == [fault]


@pytest.mark.parametrize("name", ["targets", "target_nodes", "target_attributes", "target_conditions"])
def test_any_one_of_the_targets_is_enough_also_beside_an_empty_one(name):
    assert faults_of("x_for_y", {"x": 3, "y": 2, name: TARGETS[name]}) == []
    assert faults_of("x_for_y", {"x": 3, "y": 2, "targets": [], name: TARGETS[name]}) == []


@pytest.mark.parametrize("name", ["targets", "target_nodes", "target_attributes"])
def test_an_empty_target_is_none(name):
    assert faults_of("x_for_y", {"x": 3, "y": 2, name: []}) == [("required", "")]


@pytest.mark.parametrize(
    ("schema", "faults"),
    [
        ({"targets": "all"}, []),
        ({"targets": "all", "target_attributes": [SIZE]}, []),
        ({"targets": "some"}, [("enum", "targets")]),
        ({"targets": "all", "target_nodes": ["n1"]}, [("additional_property_not_allowed", "")]),
    ],
)
def test_a_percentage_off_items_may_target_all_but_then_no_nodes(schema, faults):
    assert faults_of("item_percent_discount", {"percent": 10, **schema}) == faults


@pytest.mark.parametrize("promotion_type", ["item_fixed_discount", "x_for_y", "x_for_amount"])
def test_no_other_type_targets_all(promotion_type):
    schema = VALID[promotion_type] | {"targets": "all"}
    assert faults_of(promotion_type, schema) == [("invalid_type", "targets")]


def conditions(*ands):
    return {"target_conditions": {"or": list(ands)}}


NODE = {"node": {"values": ["n1"]}}


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        ({"targets": [""]}, ("string_gte", "targets.0")),
        ({"targets": ["A", 5]}, ("invalid_type", "targets.1")),
        ({"targets": ["A\x00"]}, ("pattern", "targets.0")),
        ({"targets": ["\ud800"]}, ("pattern", "targets.0")),
        ({"targets": {"A": 1}}, ("invalid_type", "targets")),
        ({"target_catalogs": "c1"}, ("invalid_type", "target_catalogs")),
        ({"target_nodes": [None]}, ("invalid_type", "target_nodes.0")),
        ({"target_attributes": [SIZE | {"type": "number"}]}, ("enum", "target_attributes.0.type")),
        ({"target_attributes": [SIZE | {"value": [1]}]}, ("invalid_type", "target_attributes.0.value")),
        ({"target_attributes": [SIZE | {"value": ""}]}, ("string_gte", "target_attributes.0.value")),
        ({"target_attributes": [SIZE | {"value": float("inf")}]}, ("invalid_type", "target_attributes.0.value")),
        ({"target_attributes": [{"template": "t", "field": "f", "type": "date"}]}, ("required", "target_attributes.0")),
        ({"exclude": {"target": ["A"]}}, ("additional_property_not_allowed", "exclude")),
        ({"exclude": {"nodes": "n"}}, ("invalid_type", "exclude.nodes")),
        ({"exclude": {"conditions": {"or": []}}}, ("array_min_items", "exclude.conditions.or")),
        (conditions(*[{"and": [NODE]}] * 11), ("array_max_items", "target_conditions.or")),
        (conditions({"and": [NODE] * 6}), ("array_max_items", "target_conditions.or.0.and")),
        (conditions({"and": []}), ("array_min_items", "target_conditions.or.0.and")),
        (conditions({"and": [{}]}), ("number_one_of", "target_conditions.or.0.and.0")),
        (conditions({"and": [NODE | {"attribute": SIZES}]}), ("number_one_of", "target_conditions.or.0.and.0")),
        (
            conditions({"and": [{"node": {"values": []}}]}),
            ("array_min_items", "target_conditions.or.0.and.0.node.values"),
        ),
    ],
)
def test_a_fault_among_the_targets_is_found_where_it_is(schema, fault):
    assert faults_of("item_fixed_discount", {"currencies": [USD], "targets": ["SKU-1"]} | schema) == [fault]


def test_as_many_conditions_as_documented_are_valid():
    schema = {"x": 3, "y": 2, **conditions(*[{"and": [NODE] * 5}] * 10)}
    assert faults_of("x_for_y", schema) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"requirements": []}, ("array_min_items", "requirements")),
        ({"requirements": [SHIRTS | {"quantity": 0}]}, ("number_gte", "requirements.0.quantity")),
        ({"requirements": [SHIRTS | {"targets": []}]}, ("array_min_items", "requirements.0.targets")),
        ({"requirements": [{"targets": ["A"]}]}, ("required", "requirements.0")),
        ({"requirements": [SHIRTS | {"nodes": ["n1"]}]}, ("additional_property_not_allowed", "requirements.0")),
        ({"gifts": []}, ("array_min_items", "gifts")),
        ({"gifts": [7]}, ("invalid_type", "gifts.0")),
        ({"auto_add_free_gift": "yes"}, ("invalid_type", "auto_add_free_gift")),
    ],
)
def test_a_bundle_needs_what_to_buy_and_what_is_given(change, fault):
    assert faults_of("bundle_gift", VALID["bundle_gift"] | change) == [fault]


def test_an_unknown_property_is_named_so_that_it_can_be_sent():
    [fault] = schema_faults("fixed_discount", currencies(USD) | {"\ud800": 1})
    assert fault.detail.encode() == b"Additional property ? is not allowed"


def test_of_very_many_faults_the_first_are_told():
    assert len(schema_faults("fixed_discount", {"currencies": [None] * 10_000})) == FAULTS_SHOWN


@pytest.mark.parametrize(("sent", "meant"), [(None, []), (USD, [USD]), ([USD], [USD]), ("x", "x"), ([], [])])
def test_null_means_none_and_one_object_a_list_of_one(sent, meant):
    assert as_list(sent) == meant


@pytest.mark.parametrize(
    ("value", "titles"),
    [([], []), ([USD], []), ([USD, USD], ["unique"]), ([{}], ["required", "required"]), ("5", ["invalid_type"])],
)
def test_the_amounts_of_a_cart_follow_the_same_rules(value, titles):
    faults = amounts_faults("min_cart_value", value)
    assert [fault.title for fault in faults] == titles
    assert all(fault.source.startswith("data.min_cart_value") for fault in faults)


@pytest.mark.parametrize("promotion_type", PromotionType.values)
def test_only_item_level_promotions_limit_their_applications(promotion_type):
    refused = promotion_type in ("fixed_discount", "percent_discount")
    assert applications_faults(promotion_type, 0) == []
    assert bool(applications_faults(promotion_type, 2)) == refused


names = st.sampled_from(
    ["currencies", "currency", "amount", "percentage", "percent", "x", "y", "targets", "target_nodes", "exclude",
     "target_attributes", "target_conditions", "or", "and", "node", "attribute", "values", "value", "type",
     "requirements", "quantity", "gifts", "auto_add_free_gift", "target_catalogs", "conditions", "nodes"]
)  # fmt: skip
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["all", "USD", "integer"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names | st.text(), inner, max_size=5),
    max_leaves=25,
)


@given(st.sampled_from(PromotionType.values), anything)
def test_whatever_json_is_sent_it_gives_faults_and_raises_nothing(promotion_type, schema):
    faults = [*schema_faults(promotion_type, schema), *amounts_faults("min_cart_value", schema)]
    assert all(fault.title and fault.detail and fault.source.startswith("data.") for fault in faults)
