"""Lines of CSV that the database builds are, byte for byte, those of Python's csv module."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from promotions.codes import lines
from promotions.models import PromotionCode
from tests.factories import PromotionCodeFactory, PromotionFactory

HOSTILE = st.text(
    st.sampled_from(list(",\"'\r\n\t\\=+-@;%{}_ aZ0ü漢😀\u2028\ufeff"))
    | st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
    max_size=12,
)
USES = st.none() | st.integers(0, 2**31 - 1)
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
CODES = st.lists(
    st.tuples(HOSTILE.filter(bool), st.sampled_from(["per_cart", "per_item"]), USES, HOSTILE, HOSTILE, MOMENTS),
    unique_by=lambda values: values[0],
    max_size=7,
)


def made_by_csv_module(codes):
    """What the file must be, from the codes as they were given."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(lines.COLUMNS)
    for code, unit, uses, user, by, moment in codes:
        texts = [f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text for text in (user, by)]
        writer.writerow([code, unit, uses, uses, *texts, f"{moment:%Y-%m-%dT%H:%M:%SZ}"])
    return file.getvalue().encode()


def stored(codes):
    promotion = PromotionFactory()
    PromotionCode.objects.bulk_create(
        PromotionCode(
            promotion=promotion,
            code=code,
            consume_unit=unit,
            uses=uses,
            max_uses=uses,
            user=user,
            created_by=by,
            created_at=moment,
        )
        for code, unit, uses, user, by, moment in codes
    )
    return PromotionCode.objects.filter(promotion=promotion).live()


def read(codes, at_most):
    """The whole file, `at_most` codes at a time."""
    file, last = [lines.heading()], 0
    while True:
        text, count, last = lines.read_next(codes, last, at_most)
        if not count:
            return b"".join(file)
        assert count <= at_most
        file.append(text)


class LinesTest(TestCase):
    @given(CODES, st.integers(1, 8))
    @example([("a", "per_cart", None, "", "", datetime(2026, 11, 24, 1, 2, 3, 999_999, tzinfo=UTC))], 1)
    @example([('"', "per_item", 0, '=1+1,"', "\r\n", datetime(2026, 11, 24, tzinfo=UTC))], 1)
    @example(
        [
            ("a,b", "per_item", 1, "\n=", "\t", datetime(2026, 11, 24, tzinfo=UTC)),
            ("\\N", "per_cart", 1, "%s", "''", datetime(2026, 1, 1, tzinfo=UTC)),
        ],
        2,
    )
    def test_lines_are_those_of_the_csv_module(self, codes, at_most):
        assert read(stored(codes), at_most) == made_by_csv_module(codes)


@pytest.mark.django_db
def test_a_moment_is_written_in_utc_whatever_the_zone_it_was_given_in():
    moment = datetime(2026, 11, 24, 23, 59, 59, 500_000, tzinfo=UTC)
    code = PromotionCodeFactory(created_at=(moment + timedelta(0)).astimezone())
    text, count, last = lines.read_next(PromotionCode.objects.filter(promotion=code.promotion), 0, 10)
    assert (count, last) == (1, code.pk)
    assert text.endswith(b",2026-11-24T23:59:59Z\r\n")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has one writer at a time")
def test_lines_are_read_while_another_writes_to_sqlite():
    codes = stored([("a", "per_cart", None, "", "", datetime(2026, 11, 24, tzinfo=UTC))])
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        connection.cursor().execute("PRAGMA busy_timeout = 50")
        text, count, _last = lines.read_next(codes, 0, 10)
        cursor.execute("ROLLBACK")
    other.close()
    connection.close()
    assert (count, text) == (1, b"a,per_cart,,,,,2026-11-24T00:00:00Z\r\n")
