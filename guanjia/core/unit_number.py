"""A unit's number, however it is written, as one key: ``3栋2单元1201室`` is ``3-2-1201``.

A key is its parts joined by hyphens, from building to room, without leading zeros. ``B`` before a
number is below ground (负一层 is ``B1``, room -101 is ``B101``), ``M`` the mezzanine. Shops, parking
and storage start with ``S``, ``P`` and ``K``; a level first, as in ``B1-B-86``, is parking too.
Callers keep the typed form beside the key.
"""

import re

from guanjia.core.text import normalise


class UnitNumberError(ValueError):
    """A text that is no unit number; the message says how to write it."""


_LONGEST = 50
_MOST_PARTS = 6
_SHOWN = 20

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100}
# Only before what counts something: 百合苑 is a name.
_CHINESE_NUMBER = re.compile(
    r"[零〇一二两三四五六七八九十百]+(?=[期区栋幢座号单梯门层楼室房户弄#-]|\s|$)"
)

_LONG_DASH = re.compile("[\u2010-\u2015\u2212\u2500~〜]+")
_SPACED_DASH = re.compile(r"\s*-\s*")
_SPACED_WORD = re.compile(r"\s+(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])\s+")
_BELOW_GROUND = (
    re.compile(r"(?:负|地下)(?=[0-9])"),
    re.compile(r"(?<![0-9A-Z-])-(?=[0-9]层)"),
    re.compile(r"^-(?=[0-9])|(?<=-)-(?=[0-9])"),
)
_PURPOSES = (
    ("S", re.compile("商铺|店铺|店面|铺位|铺面|门面|门店|商店")),
    ("P", re.compile("(?:地下)?(?:停车位|车位|泊位|停车场|车库)")),
    ("K", re.compile("储藏室|储藏间|储物间|储物室|杂物间|杂物房|库房|仓库")),
)
_STOREY = re.compile(r"(?<=[栋幢座元梯门])(B?[0-9]+)楼")
_STOREY_AND_ROOM = re.compile(r"(?<![0-9A-Z])(B?[0-9]{1,2})层-?(B?[0-9]{3,4})(?![0-9])")
_MEZZANINE = re.compile("夹层(?:-(?=[0-9]))?")
_ENTRANCE_FIRST = re.compile("(?:[^栋幢座楼#-]*[期区苑])?[0-9A-Z]+单元")
_LAST_WORD = re.compile("[室房户号]+$")
_MARKER = re.compile(r"(?<=[0-9A-Z])(?:号楼|#楼|单元|[栋幢座楼梯门弄层号室房户])")
_NAME_BEFORE_NUMBER = re.compile(r"(?<=[\u3400-\u9fff])(?=[0-9A-Z])")
_SEPARATORS = re.compile(r"[\s./\\_,、:;|#-]+")

# What most registers write, and what their words come to: its own key.
_PLAIN = re.compile("[1-9][0-9]{0,9}(?:-[1-9][0-9]{0,9}){1,2}")
_PART = re.compile(r"[0-9A-Z\u3400-\u9fff]+")
_LEADING_ZEROS = re.compile("(?<![0-9])0+(?=[0-9])")
_ZONE_AND_NUMBER = re.compile("([A-Z]+)([0-9]+)")
_PURPOSE_OR_LEVEL = re.compile("[SPK]|B[1-9]")
_TOLD_TWICE = re.compile(r"^(?:([SPK])-(?=\1-)|P-(?=B[1-9]-))")  # 商铺S-12, 车位负一层B-086
_ROOM = re.compile("(B?)([0-9]{1,2})[0-9]{2}[^0-9]*")


def unit_key(text: str) -> str:
    """Return the key of a unit number; a key is its own key. Raises UnitNumberError."""
    if _PLAIN.fullmatch(text):
        return text
    key = _key(text)
    if not _PLAIN.fullmatch(key) and _key(key) != key:
        raise _hopeless(text)
    return key


def floor_of(room: str) -> int | None:
    """Return the floor that a room's number, or a key's last part, tells: 1201 is 12, B101 is -1.

    None where it tells none: villas, parking, the mezzanine.
    """
    try:
        return _floor(_parts(room)[-1])
    except UnitNumberError:
        return None


def candidates(typed: str) -> list[str]:
    """Return the keys that a text typed into the omnibox may mean, likeliest first.

    Digits alone are cut into building, entrance and room in every plausible way: ``321201`` gives
    3-2-1201, then 32-1-201, then those without an entrance. Anything else is read as written.
    """
    digits = normalise(typed)
    if not re.fullmatch("[0-9]{1,12}", digits):
        try:
            return [unit_key(typed)]
        except UnitNumberError:
            return []
    found: list[tuple[int, bool, int, list[str]]] = []
    for room_length in (4, 3):
        before, room = digits[:-room_length], digits[-room_length:]
        if not before or room < "0100"[-room_length:] or room.endswith("00"):
            continue
        for rank, entrance_length in enumerate((1, 0, 2)):
            cut = len(before) - entrance_length
            parts = [part for part in (before[:cut], before[cut:], room.lstrip("0")) if part]
            if cut > 0 and not any(part.startswith("0") for part in parts):
                found.append((rank, room.startswith("0"), cut, parts))
    keys = ["-".join(parts) for *_, parts in sorted(found)] + [digits.lstrip("0") or "0"]
    return list(dict.fromkeys(keys))


def _parts(text: str) -> list[str]:
    """Split a unit number, however spelt, into its parts from building to room."""
    if len(text) > _LONGEST:
        raise _hopeless(text)
    spelt = _SPACED_DASH.sub("-", _LONG_DASH.sub("-", normalise(text).upper()))
    spelt = _CHINESE_NUMBER.sub(lambda found: str(_number(found[0])), spelt)
    spelt = _SPACED_WORD.sub("", spelt)
    for below_ground in _BELOW_GROUND:
        spelt = below_ground.sub("B", spelt)
    for letter, words in _PURPOSES:
        if words.search(spelt):
            spelt = f"{letter}-{words.sub('-', spelt).lstrip('- ')}"
    spelt = _MEZZANINE.sub("M", _STOREY.sub(r"\1层", spelt))
    if _ENTRANCE_FIRST.match(spelt):
        raise UnitNumberError(
            f"“{text[:_SHOWN]}”没有写楼栋，请写成 1栋{text.strip()[:_SHOWN]} 这样"
        )
    spelt = _STOREY_AND_ROOM.sub(_without_its_storey, spelt)
    spelt = _MARKER.sub("-", _LAST_WORD.sub("", spelt))
    spelt = _SEPARATORS.sub("-", _NAME_BEFORE_NUMBER.sub("-", spelt)).strip("-")
    parts = spelt.split("-")
    if (
        len(spelt) > _LONGEST
        or len(parts) > _MOST_PARTS
        or not all(map(_PART.fullmatch, parts))
        or not re.search("[0-9]", spelt)
    ):
        raise _hopeless(text)
    return [_LEADING_ZEROS.sub("", part) for part in parts]


def _key(text: str) -> str:
    """Join the parts, a zone's letter apart from its number: A座1201 is also written A1201.

    Only where no building stands before it, for in 3-2-B101 the letter belongs to the room.
    """
    *before, last = _parts(text)
    zoned = _ZONE_AND_NUMBER.fullmatch(last)
    if zoned and all(_PURPOSE_OR_LEVEL.fullmatch(part) for part in before):
        last = f"{zoned[1]}-{zoned[2]}"
    return _TOLD_TWICE.sub("", "-".join([*before, last]))


def _number(chinese: str) -> int:
    """Read 十二, 一百零一, and digit by digit 一二〇一."""
    if not set(chinese) & set(_PLACES):
        return int("".join(str(_DIGITS[char]) for char in chinese))
    total, digit = 0, None
    for char in chinese:
        if char in _PLACES:
            total += (1 if digit is None else digit) * _PLACES[char]
            digit = None
        else:
            digit = _DIGITS[char] or None
    return total + (digit or 0)


def _without_its_storey(found: re.Match[str]) -> str:
    """Keep of 12层1201 the room alone; 负一层101 keeps both."""
    storey, room = found.groups()
    return room if _floor(storey + "01") == _floor(room) else f"{storey}-{room}"


def _floor(room: str) -> int | None:
    found = _ROOM.fullmatch(room)
    if not found:
        return None
    return -int(found[2]) if found[1] else int(found[2])


def _hopeless(text: str) -> UnitNumberError:
    return UnitNumberError(
        f"“{text.strip()[:_SHOWN]}”看不出房号，请写成 3-2-1201 这样（楼栋-单元-房号）"
    )
