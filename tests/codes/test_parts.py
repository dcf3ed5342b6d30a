"""Codes drawn in parts: parts are equal, each batch has its own, and no text is likelier than another."""

from collections import Counter
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from promotions.codes import text

LENGTH = 8
SPACE = 31**LENGTH


def number_of(code):
    """The place of a code among all texts of its length, in the order of their bytes."""
    number = 0
    for sign in code.replace("-", ""):
        number = number * 31 + text.ALPHABET.index(sign)
    return number


def chi_squared(values, cells):
    """How far `values`, from 0 to below 1, are from being spread evenly over `cells`."""
    seen, expected = Counter(int(value * cells) for value in values), len(values) / cells
    return sum((seen[cell] - expected) ** 2 / expected for cell in range(cells))


def test_the_order_of_the_alphabet_is_that_of_bytes():
    assert list(text.ALPHABET.encode()) == sorted(text.ALPHABET.encode())


@given(st.integers(1, 10**6), st.data())
def test_codes_lie_in_their_part_and_are_sorted(parts, data):
    part = data.draw(st.integers(0, parts - 1))
    codes = text.draw(20, LENGTH, "", part, parts)
    assert codes == sorted(set(codes), key=str.encode)
    elsewhere = [code for code in codes if number_of(code) * parts // SPACE != part]
    # What was ugly is drawn from everywhere: some 2 in 1000, but all of it in a part that has nothing else.
    assert len(elsewhere) < 10 or is_ugly(part, parts)


def is_ugly(part, parts):
    """Whether many of the texts of a part are ugly, by some spread over it."""
    numbers = [SPACE * part // parts + step * (SPACE // parts) // 200 for step in range(200)]
    signs = (
        "".join(text.ALPHABET[number // 31**place % 31] for place in reversed(range(LENGTH))) for number in numbers
    )
    return sum(bool(text.UGLY.search(one)) for one in signs) > 20


def test_a_part_that_has_nothing_but_ugly_texts_is_made_up_for_from_everywhere():
    ugly = number_of("fuka-aaaa")
    parts = 10**6
    codes = text.draw(200, LENGTH, "", ugly * parts // SPACE, parts)
    assert len(set(codes)) == 200
    assert not any(text.UGLY.search(code.replace("-", "")) for code in codes)
    assert chi_squared([number_of(code) / SPACE for code in codes], 10) < 40


@given(st.integers(1, 2000), st.uuids())
def test_each_batch_has_a_part_of_its_own(batches, job):
    parts = [text.part_of_batch(batch, batches, str(job)) for batch in range(batches)]
    assert sorted(parts) == list(range(batches))


def test_the_order_of_the_parts_cannot_be_known_without_the_secret_key(settings):
    job = str(uuid4())
    order = [text.part_of_batch(batch, 1000, job) for batch in range(10)]
    settings.SECRET_KEY = "another one"
    assert [text.part_of_batch(batch, 1000, job) for batch in range(10)] != order


def test_a_code_is_equally_likely_to_be_anywhere_in_its_part():
    """99 degrees of freedom stay below 168 but once in 50,000 runs. The parts do not end between two signs."""
    codes = text.draw(50_000, LENGTH, "", 3, 7)
    assert chi_squared([number_of(code) * 7 / SPACE - 3 for code in codes], 100) < 168


def test_each_code_of_a_job_is_equally_likely_to_be_anywhere():
    """The first code that is drawn for the second of seven batches, in 10,000 jobs; bounds as above."""
    codes = [text.draw(1, LENGTH, "", text.part_of_batch(1, 7, str(uuid4())), 7)[0] for _ in range(10_000)]
    assert chi_squared([number_of(code) / SPACE for code in codes], 100) < 168


def test_the_codes_of_a_job_are_spread_over_all_texts_as_if_drawn_from_all():
    """Each sign at each place, over all parts: 240 degrees of freedom stay below 340 but once in 30,000 runs."""
    codes = [code.replace("-", "") for part in range(13) for code in text.draw(2_400, LENGTH, "", part, 13)]
    expected = len(codes) / 31
    places = [Counter(code[place] for code in codes) for place in range(LENGTH)]
    assert sum((seen[sign] - expected) ** 2 / expected for seen in places for sign in text.ALPHABET) < 340
