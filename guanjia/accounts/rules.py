"""Arithmetic and eligibility of identities; no database."""

import re
import secrets
import unicodedata
from itertools import pairwise

from guanjia.core.refusal import Refusal

PIN_DIGITS = 6
RECOVERY_CODES = 10
# No 0/o, 1/l/i: the code is read from paper or a screen and typed.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_PHONE = re.compile(r"\+?\d{5,15}")


def plain(text: str) -> str:
    """Return ``text`` as it is compared: half-width, without spaces and dashes, in capitals."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()


def plain_phone(text: str) -> str:
    """Return a phone number's digits without spaces, dashes and the country code; '' when it is none."""
    digits = plain(text).removeprefix("+86")
    return digits if _PHONE.fullmatch(digits) else ""


def one_time_secret(groups: int = 3) -> str:
    """Return ``groups`` × 20 random bits that can be read out and typed, such as ``x7kd-29fm-hh4q``."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(groups))


def may_be_pin(pin: str, *, staff_no: str) -> bool | Refusal:
    """Refuse a PIN that a bystander would try first."""
    if not (len(pin) == PIN_DIGITS and pin.isascii() and pin.isdigit()):
        return Refusal("PIN 要正好 6 位数字", "请重新输入")
    steps = {int(b) - int(a) for a, b in pairwise(pin)}
    if steps in ({0}, {1}, {-1}) or pin[:3] == pin[3:] or pin == staff_no[-PIN_DIGITS:]:
        return Refusal("这个 PIN 太容易猜到", "请不要用连号、重复数字或工号")
    return True
