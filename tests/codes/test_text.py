"""What generated codes look like, and that nobody can guess them."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotions.codes import text


@given(st.integers(1, 50), st.integers(8, 16), st.text("abcXYZ-_ ä", max_size=10))
def test_codes_have_their_length_dashes_and_prefix(count, length, prefix):
    start = f"{prefix.rstrip('-')}-" if prefix else ""
    codes = text.draw(count, length, prefix)
    assert len(codes) == count
    for code in codes:
        assert code.startswith(start)
        groups = code[len(start) :].split("-")
        assert [len(group) for group in groups[:-1]] == [4] * (len(groups) - 1)
        assert sum(map(len, groups)) == length
        assert set("".join(groups)) <= set(text.ALPHABET)


@pytest.mark.parametrize(("prefix", "start"), [("summer", "summer-"), ("Summer-", "Summer-"), ("a--", "a-"), ("", "")])
def test_a_prefix_is_joined_by_exactly_one_dash(prefix, start):
    [code] = text.draw(1, 8, prefix)
    assert code[: len(start)] == start
    assert code[len(start)] != "-"


def test_the_alphabet_has_no_signs_that_are_mistaken_for_each_other():
    assert len(text.ALPHABET) == len(set(text.ALPHABET)) == 31
    assert not set(text.ALPHABET) & set("ilo01")


def test_each_sign_is_equally_likely_at_each_place():
    """Chi-squared over 31 signs at 8 places: 240 degrees of freedom stay below 340 but once in 30,000 runs."""
    count = 31_000
    codes = [code.replace("-", "") for code in text.draw(count, 8)]
    expected = count / 31
    places = [Counter(code[place] for code in codes) for place in range(8)]
    chi_squared = sum((seen[sign] - expected) ** 2 / expected for seen in places for sign in text.ALPHABET)
    assert chi_squared < 340


def test_ugly_words_do_not_come_up():
    assert not [code for code in text.draw(200_000, 8) if text.UGLY.search(code.replace("-", ""))]


def test_a_job_may_fill_only_a_small_share_of_the_texts():
    assert text.most_codes(8) == 31**8 // 1000
