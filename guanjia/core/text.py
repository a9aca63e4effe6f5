"""What people type: cleaned for storing, normalised for comparing, cut into keys for searching.

A stored text keeps its characters as typed (U+F900 stays itself); only indexes hold what
``normalise`` and ``search_keys`` return. A row carries ``search_keys(name)`` in a ``text[]``; it
matches a query when ``keys @> query_keys(query)``.
"""

import re
import unicodedata
from collections.abc import Container
from functools import cache, lru_cache
from itertools import chain, pairwise

from guanjia.core.surnames import SURNAME_READINGS

LIMIT = 200

# Not NFKC, which would also read 1² as 12.
_HALF_WIDTH = {0xFF00 + code: 0x20 + code for code in range(1, 0x5F)} | {0x3000: 0x20, 0x2212: 0x2D}
_BREAKS = re.compile(r"[\t-\r\x85\u2028\u2029]+")
# Controls, lone surrogates, and marks that turn the writing direction or have no width.
_UNWANTED = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufe00-\ufe0f\U000e0000-\U000e0fff]"
)
# What shows nothing by itself: formats, unassigned, spaces, bare combining marks.
_BLANK = {"Cf", "Cn", "Zs", "Mn", "Me"}
_ORDINARY = re.compile("[-0-9A-Za-z\u4e00-\u9fff]+")  # nothing to clean
_WORD = re.compile("[0-9a-z]+")
_RUN = re.compile("[0-9a-z]+|[^0-9a-z]+")
# A query's Latin run matches by prefix; longer runs are cut to this on both sides.
_LATIN_KEY = 12
_INITIALS = 8


class TextError(ValueError):
    """A text that cannot be kept; the message says how to mend it."""


def half_width(text: str) -> str:
    """Turn full-width ASCII, the ideographic space and the minus sign into their plain forms."""
    return text.translate(_HALF_WIDTH)


def clean(text: str, *, limit: int = LIMIT) -> str:
    """Return one line of input fit to store: trimmed, without control characters. Raises TextError."""
    if len(text) <= limit and _ORDINARY.fullmatch(text):
        return text
    kept = _UNWANTED.sub("", _BREAKS.sub(" ", text)).strip()
    if all(unicodedata.category(char) in _BLANK for char in _INVISIBLE.sub("", kept)):
        raise TextError("内容不能为空，请填写")
    if len(kept) > limit:
        raise TextError(f"内容不能超过 {limit} 个字，请缩短（现有 {len(kept)} 个字）")
    return kept


def normalise(text: str) -> str:
    """Return the form in which two spellings of a text are compared; never shown, never stored alone."""
    visible = _INVISIBLE.sub("", _UNWANTED.sub("", _BREAKS.sub(" ", text)))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold())
    return " ".join(_INVISIBLE.sub("", folded).split())


def search_keys(name: str) -> list[str]:
    """Return the keys under which a name is found, sorted.

    1- and 2-character grams; Latin words by prefix; pinyin initials (any part of them) and full
    pinyin by prefix, both in every reading of the surname.
    """
    text = normalise(name)[:LIMIT]
    solid = _solid(text)
    keys: set[str] = set()
    for latin, run in _runs(solid):
        if latin:
            keys.update(_prefixes(run))
        else:
            keys.update(run, map("".join, pairwise(run)))
    if solid != text:
        for word in _WORD.findall(text):
            keys.update(_prefixes(word))
    for syllables in _readings(solid):
        keys.update(_pieces("".join([syllable[0] for syllable in syllables[:_INITIALS]])))
        keys.update(_prefixes("".join(syllables)))
    return sorted(keys)


def query_keys(query: str) -> list[str]:
    """Return the keys that a row must contain all of, sorted.

    Empty when nothing searchable was typed; the caller then shows nothing rather than everything.
    """
    keys: set[str] = set()
    for latin, run in _runs(_solid(normalise(query)[:LIMIT])):
        if latin:
            keys.add(run[:_LATIN_KEY])
        elif len(run) == 1:
            keys.add(run)
        else:
            keys.update(map("".join, pairwise(run)))
    return sorted(keys)


def _solid(text: str) -> str:
    """Drop spaces and punctuation: 阿卜杜拉·买买提 is written with five kinds of dot, or none."""
    if text.isalnum():
        return text
    return "".join(char for char in text if unicodedata.category(char)[0] not in "PZ")


def _runs(text: str) -> list[tuple[bool, str]]:
    return [(_WORD.match(run) is not None, run) for run in _RUN.findall(text)]


def _prefixes(word: str) -> list[str]:
    return [word[:end] for end in range(1, min(len(word), _LATIN_KEY) + 1)]


@lru_cache(maxsize=16384)
def _pieces(initials: str) -> tuple[str, ...]:
    """Return every unbroken part."""
    ends = range(1, len(initials) + 1)
    return tuple(initials[start:end] for end in ends for start in range(end))


def _readings(name: str) -> set[tuple[str, ...]]:
    """Return the name's syllables once for each reading of its surname, single or compound."""
    readings = {_syllables(name)}
    for length in (1, 2):
        surname = SURNAME_READINGS.get(name[:length])
        if surname:
            readings.add(surname + _syllables(name[length:]))
    return readings


def _syllables(text: str) -> tuple[str, ...]:
    """Return the pinyin of the Han characters in ``text``; those without a reading are left out.

    Only where the text holds a known phrase do its characters have to be read together, which is slow.
    """
    phrases, beginnings = _phrases()
    if any(map(beginnings.__contains__, map("".join, pairwise(text)))):
        ends = range(2, len(text) + 1)
        if any(text[start:end] in phrases for end in ends for start in range(end - 1)):
            return _spelt(text)
    return tuple(chain.from_iterable(map(_spelt, text)))


@cache
def _phrases() -> tuple[Container[str], frozenset[str]]:
    """Return the known phrases, and the first two characters of each."""
    # Imported at the first search: its dictionaries take half a second.
    from pypinyin.constants import PHRASES_DICT

    return PHRASES_DICT, frozenset(phrase[:2] for phrase in PHRASES_DICT)


@lru_cache(maxsize=65536)
def _spelt(text: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(text, errors="ignore"))
