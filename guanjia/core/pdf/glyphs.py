"""What the bundled fonts can print, and what stands in for the rest.

Typst draws an empty box for a character without a glyph and says nothing, so every string is
checked against the fonts' character maps before it is set.
"""

import unicodedata
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
GETA = "〓"  # the printer's traditional stand-in for a type he does not have


@cache
def _covered() -> frozenset[int]:
    """Read the code points that have a glyph, once per process."""
    from fontTools.ttLib import TTFont

    covered: set[int] = set()
    for path in sorted(FONTS.glob("*.[ot]tf")):
        with TTFont(path, lazy=True) as font:
            covered.update(font.getBestCmap())
    return frozenset(code for code in covered if not _invisible(chr(code)))


def _invisible(char: str) -> bool:
    """Tell controls, direction overrides and variation selectors: nothing to see, some to fear."""
    return unicodedata.category(char) in {"Cc", "Cf"} or char in _VARIATION_SELECTORS


_VARIATION_SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))


def _set(char: str) -> str:
    if ord(char) in _covered():
        return char
    if char.isspace():
        return " "
    return "" if _invisible(char) else f"{GETA}〔U+{ord(char):04X}〕"


def missing_glyphs(text: str) -> set[str]:
    """Give the characters of `text` that paper would show as a stand-in."""
    return {char for char in set(text) if char != GETA and _set(char).startswith(GETA)}


def printable(text: str) -> str:
    """Replace each character that has no glyph by 〓 and its code, so that it is seen and known.

    The document stays printable: 王〓〔U+31350〕 can be completed by hand, an empty box cannot.
    Controls are dropped and every line break becomes a space.
    """
    if _covered().issuperset(map(ord, text)):
        return text
    return "".join(map(_set, text))
