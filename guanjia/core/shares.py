"""A share of something owned, as people type it."""

import re
from fractions import Fraction

from guanjia.core.text import half_width

# Digits are bounded: a Fraction of 1e9000000 would be computed to its last digit.
_SHARE = re.compile(r"[0-9]{1,9}(?:/[0-9]{1,9}|(?:\.[0-9]{1,6})?%?)")
_FINEST = 10_000_000


class ShareError(ValueError):
    """A text that is no share; the message says how to write it."""


def share_from(text: str) -> Fraction:
    """Read a share of the title: 1/2, 50% or 0.5. Raises ShareError."""
    typed = half_width(text).replace(" ", "")
    if not _SHARE.fullmatch(typed):
        raise ShareError("请写成 1/2 或 50% 这样")
    try:
        share = Fraction(typed.removesuffix("%")) / (100 if typed.endswith("%") else 1)
    except ZeroDivisionError as fault:
        raise ShareError("请写成 1/2 或 50% 这样") from fault
    if not 0 < share <= 1 or share.denominator > _FINEST:
        raise ShareError("份额要大于零、不超过百分之百")
    return share
