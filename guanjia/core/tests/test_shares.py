"""Shares as people type them; a short text that would cost much is refused unread."""

from fractions import Fraction

import pytest

from guanjia.core.shares import ShareError, share_from

pytestmark = pytest.mark.rules


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("1/2", Fraction(1, 2)),
        ("50%", Fraction(1, 2)),
        ("0.5", Fraction(1, 2)),
        ("１／３", Fraction(1, 3)),
        ("33.3333 %", Fraction(333333, 1000000)),
        ("1", Fraction(1)),
    ],
)
def test_a_share_is_read(text, share):
    assert share_from(text) == share


@pytest.mark.parametrize(
    "text",
    [
        *("1e9000000", "1E-9000000", "1e9000000%"),
        *("9" * 5000, "1/" + "9" * 5000, "0." + "1" * 5000),
        *("1/0", "0", "101%", "3/2", "-1/2", "+1", "1/999999999"),
        *("", "%", "nan", "½", "1/٢", "1_0/2_0"),
    ],
)
def test_a_hostile_or_senseless_text_is_refused(text):
    with pytest.raises(ShareError):
        share_from(text)
