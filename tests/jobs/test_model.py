"""The model of the life cycle in the docs: with all rules nothing is wrong, and without any of them something is."""

import importlib.util
import sys

import pytest

from promotions.states import Event
from tests.processes import ROOT

spec = importlib.util.spec_from_file_location("life_cycle", ROOT / "docs" / "model" / "life_cycle.py")
life_cycle = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = life_cycle
spec.loader.exec_module(life_cycle)

BREAKS = {
    "FENCED": "the counters are not what is there",
    "WHOLE": "the counters are not what is there",
    "CLEAN": "codes are left of what was undone",
    "HIDDEN": "a code of a job that is not completed can be used",
    "PATIENT": "there is no way to a clean end",
    "SWEPT": "there is no way to a clean end",
    "RESERVED": "the promotion's room is lost, or given twice",
    "OPEN_ONLY": "the promotion's room is lost, or given twice",
    "OWN_FILE": "completed without its file",
    "COLLECTED": "there is no way to a clean end",
}


def test_no_order_of_steps_leads_to_a_fault_or_out_of_the_way_to_a_clean_end():
    model = life_cycle.Model()
    found = life_cycle.explore(model)
    assert (found.fault, found.way) == ("", ())
    assert found.worlds > 10_000
    # Whatever the table says can happen is looked at.
    assert model.happened == set(Event)


@pytest.mark.parametrize("rule", life_cycle.Rule, ids=lambda rule: rule.name)
def test_without_a_rule_something_breaks(rule):
    assert life_cycle.explore(life_cycle.Model(rule)).fault == BREAKS[rule.name]
