"""Numbers that identify people and organisations, and their phones: judged, normalised, masked.

Real registers hold wrong check digits and fillers typed where nothing was known, so a check
returns a verdict and leaves it to the caller what to do.
"""

import re
from datetime import UTC, date, datetime
from enum import StrEnum
from operator import mul
from typing import NamedTuple

from guanjia.core.calendar import business_date
from guanjia.core.labelled import Labelled
from guanjia.core.text import half_width


class Verdict(StrEnum):
    """What a check found."""

    OK = "ok"
    PLACEHOLDER = "placeholder"  # typed because the field wanted something: treat as none
    WRONG_CHECK_DIGIT = "wrong_check_digit"  # a warning
    INVALID = "invalid"


class Kind(Labelled):
    """What sort of number it is."""

    RESIDENT = "resident", "居民身份证"
    RESIDENT_15 = "resident_15", "居民身份证（15 位）"
    TRAVEL = "travel", "护照或通行证"
    ORGANISATION = "organisation", "统一社会信用代码"
    MOBILE = "mobile", "手机"
    LANDLINE = "landline", "座机"
    FOREIGN = "foreign", "境外电话"


class Checked(NamedTuple):
    """A number after its check: normalised (empty for a placeholder), and why it is not ok."""

    verdict: Verdict
    number: str
    kind: Kind | None = None
    message: str = ""


_EARLIEST_BIRTH = date(1880, 1, 1)
# GB/T 2260 provinces, and 81–83 for residence permits of Hong Kong, Macao and Taiwan residents.
_PROVINCE = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
# A permanent resident's card has 9 there (since 2023).
_RESIDENT = re.compile(rf"(?:{_PROVINCE}|9[0-9])[0-9]{{4}}([0-9]{{8}})[0-9]{{3}}[0-9X]")
_RESIDENT_15 = re.compile(rf"{_PROVINCE}[0-9]{{4}}([0-9]{{6}})[0-9]{{3}}")
# Passports, permits to and from Hong Kong, Macao and Taiwan, older permanent residence cards.
_TRAVEL = re.compile(
    r"[0-9]{8,10}|(?=[A-Z0-9]{6,12}$)(?=.*[0-9]{4})(?=.*[A-Z]).*|[A-Z]{3}[0-9]{12}"
)
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS = "10X98765432"
_ORGANISATION = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_ORGANISATION_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"

# What registers write where there is nothing; other systems' templates prescribe the two numbers.
_NONE_WORDS = {"", "无", "暂无", "没有", "未知", "不详", "NULL", "NONE", "N/A"}
_FILLER_PHONES = {"18999999999"}
_LONG_NUMBER = 15
_MOBILE_LENGTH = 11

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_AREA = r"0(?:10|2[0-9]|[3-9][0-9]{2})"
_LANDLINE = re.compile(rf"({_AREA})-?([1-9][0-9]{{6,7}})(?:(?:-|转|EXT\.?|X|#)([0-9]{{1,6}}))?")
_SERVICE_LINE = re.compile(r"[48]00[0-9]{7}")
_FOREIGN = re.compile(r"\+[1-9][0-9]{5,14}")


def check_id(text: str, *, on: date | None = None) -> Checked:
    """Judge a person's document number; births after ``on`` (today) are not plausible."""
    number = normalise_id(text)
    if _is_filler(number):
        return Checked(Verdict.PLACEHOLDER, "")
    today = on or business_date(datetime.now(UTC))
    if found := _RESIDENT.fullmatch(number) or _RESIDENT_15.fullmatch(number):
        return _check_resident(number, found[1], today)
    if _TRAVEL.fullmatch(number):
        return Checked(Verdict.OK, number, Kind.TRAVEL)
    return _invalid(number, "不是证件号码，请填写 18 位身份证号，或护照、通行证号码")


def _check_resident(number: str, birth: str, today: date) -> Checked:
    if not _is_birth(birth if len(birth) == len("YYYYMMDD") else "19" + birth, today):
        return _invalid(number, "身份证号中的出生日期不对，请对照证件核对")
    if len(number) == _LONG_NUMBER:
        return Checked(Verdict.OK, number, Kind.RESIDENT_15)
    if number[-1] != resident_check_digit(number):
        message = "身份证号的校验位不对，请对照证件核对"
        return Checked(Verdict.WRONG_CHECK_DIGIT, number, Kind.RESIDENT, message)
    return Checked(Verdict.OK, number, Kind.RESIDENT)


def check_organisation_code(text: str) -> Checked:
    """Judge a unified social credit code (GB 32100)."""
    number = normalise_id(text)
    if _is_filler(number):
        return Checked(Verdict.PLACEHOLDER, "")
    if not _ORGANISATION.fullmatch(number):
        return _invalid(number, "不是统一社会信用代码，请对照营业执照填写 18 位代码")
    if number[-1] != organisation_check_digit(number):
        message = "统一社会信用代码的校验位不对，请对照营业执照核对"
        return Checked(Verdict.WRONG_CHECK_DIGIT, number, Kind.ORGANISATION, message)
    return Checked(Verdict.OK, number, Kind.ORGANISATION)


def check_phone(text: str) -> Checked:
    """Judge a phone number; the number comes back as ``normalise_phone`` writes it."""
    number = normalise_phone(text)
    if number in _FILLER_PHONES:
        return Checked(Verdict.PLACEHOLDER, "")
    if _MOBILE.fullmatch(number):
        return Checked(Verdict.OK, number, Kind.MOBILE)
    if _is_filler(number):
        return Checked(Verdict.PLACEHOLDER, "")
    if _LANDLINE.fullmatch(number) or _SERVICE_LINE.fullmatch(number):
        return Checked(Verdict.OK, number, Kind.LANDLINE)
    if _FOREIGN.fullmatch(number):
        return Checked(Verdict.OK, number, Kind.FOREIGN)
    return _invalid(number, "不是电话号码，请填写 11 位手机号，或带区号的座机号，例如 0592-5061234")


def normalise_id(text: str) -> str:
    """Return a document number half-width, in capitals, without spaces and punctuation."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return re.sub(r"[\s\-_.,()·'\"]", "", half_width(text)).upper()


def normalise_phone(text: str) -> str:
    """Return one spelling of a number: ``13905925520``, ``0592-5061234-801``, ``+85298765432``.

    What is no number comes back without spaces and dashes, for ``check_phone`` to refuse.
    """
    if _MOBILE.fullmatch(text):
        return text
    typed = re.sub(r"[\s()]", "", half_width(text)).upper()
    typed = re.sub(r"^(?:\+|00)?86-?(?=1[3-9])", "", typed)
    typed = re.sub(r"^(?:\+|00)86-?0?", "0", typed)
    typed = re.sub(r"^00(?=[1-9])", "+", typed)
    digits = re.sub(r"[-.]", "", typed)
    if found := _LANDLINE.fullmatch(typed) or _LANDLINE.fullmatch(digits):
        return "-".join(part for part in found.groups() if part)
    return digits


def phone_tail(number: str) -> str:
    """Return the last four digits of a normalised number, its extension apart."""
    found = _LANDLINE.fullmatch(number)
    return (found[2] if found else number)[-4:]


def mask_name(name: str) -> str:
    """Keep the first character of a person's name, and not its length: ``张**``."""
    return name[:1] + "**"


def mask_id(number: str) -> str:
    """Hide the middle of a document number: ``350***********1234``."""
    if len(number) >= _LONG_NUMBER:
        return _mask(number, 3, 4)
    return _mask(number, len(number) // 4, len(number) // 4)


def mask_phone(number: str) -> str:
    """Hide the middle of a normalised phone number: ``139****5520``, ``0592-***1234``."""
    if found := _LANDLINE.fullmatch(number):
        return f"{found[1]}-{_mask(found[2], 0, 4)}"
    if len(number) >= _MOBILE_LENGTH:
        return _mask(number, 3, 4)
    return _mask(number, len(number) // 4, len(number) // 4)


def resident_check_digit(number: str) -> str:
    """Return the 18th character that the first 17 digits call for (GB 11643)."""
    total = sum(map(mul, map(int, number[:17]), _RESIDENT_WEIGHTS))
    return _RESIDENT_CHECKS[total % 11]


def organisation_check_digit(number: str) -> str:
    """Return the 18th character that the first 17 call for (GB 32100)."""
    total = sum(
        _ORGANISATION_DIGITS.index(char) * 3**place for place, char in enumerate(number[:17])
    )
    return _ORGANISATION_DIGITS[-total % 31]


def _is_filler(number: str) -> bool:
    return number in _NONE_WORDS or len(set(number)) == 1 or not any(map(str.isalnum, number))


def _is_birth(digits: str, today: date) -> bool:
    try:
        birth = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return _EARLIEST_BIRTH <= birth <= today


def _invalid(number: str, message: str) -> Checked:
    return Checked(Verdict.INVALID, number, message=message)


def _mask(text: str, head: int, tail: int) -> str:
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]
