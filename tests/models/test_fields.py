"""Text that sorts by its bytes, and prefixes as ranges of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotions.models import PromotionCode
from promotions.models.fields import first_after
from tests.factories import PromotionCodeFactory

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5)


@given(TEXTS, st.text(st.characters(exclude_categories=["Cs"]), max_size=3))
def test_the_range_of_a_prefix_has_every_text_that_begins_with_it(prefix, rest):
    beyond = first_after(prefix)
    assert (prefix + rest).encode() >= prefix.encode()
    assert beyond is None or (prefix + rest).encode() < beyond.encode()


@given(TEXTS, TEXTS)
def test_the_range_of_a_prefix_has_no_other_text(prefix, text):
    beyond = first_after(prefix)
    within = prefix.encode() <= text.encode() and (beyond is None or text.encode() < beyond.encode())
    assert within == text.startswith(prefix)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        ("A", ["A", "A\uffff", "A\U0010ffff"]),
        ("A\U0010ffff", ["A\U0010ffff"]),
        ("\U0010ffff", ["\U0010ffff1"]),
        ("%", ["%"]),
        ("_", []),
        ("b", []),
        ("\ud7ff", ["\ud7ff"]),
    ],
)
def test_the_database_finds_what_begins_with_a_prefix_and_nothing_else(prefix, found):
    for code in ("A", "A\uffff", "A\U0010ffff", "B", "\U0010ffff1", "%", "\ud7ff", "\ue000"):
        PromotionCodeFactory(code=code)
    rows = PromotionCode.objects.filter(code__startswith=prefix).order_by("code")
    assert list(rows.values_list("code", flat=True)) == found
