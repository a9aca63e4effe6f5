"""Money is an integer number of fen; here it is read, rounded, shared out and written.

Amounts are bounded by ``LIMIT_FEN``. Every refusal is a ``MoneyError`` whose Chinese message says
how to mend the input.
"""

import re
from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Context, Decimal
from fractions import Fraction

from guanjia.core.labelled import Labelled
from guanjia.core.text import half_width

LIMIT_FEN = 10**15

_AMOUNT = re.compile(r"(-?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]+))?")
_FEN_PLACES = 2
_SHOWN = 20
_LIMIT_DIGITS = 20


class MoneyError(ValueError):
    """A text or number that is no amount of money; the message says how to mend it."""


class Rounding(Labelled):
    """How a tariff rounds a charge to fen; negative amounts mirror positive ones."""

    HALF_UP = "half_up", "四舍五入"
    UP = "up", "进位"
    DOWN = "down", "舍去"


_DECIMAL_ROUNDING = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.UP: ROUND_UP,
    Rounding.DOWN: ROUND_DOWN,
}
_EXACT = Context(prec=60)


def fen_from_yuan(text: str, *, negative: bool = False) -> int:
    """Read what somebody typed as yuan (``12``, ``1,234.50``, full-width too) into fen.

    A sign is refused unless ``negative``. Raises MoneyError.
    """
    typed = half_width(text).strip()
    if not typed:
        raise MoneyError("请输入金额，例如 1234.50")
    found = _AMOUNT.fullmatch(typed)
    if found is None:
        raise MoneyError(f"“{typed[:_SHOWN]}”不是金额，请只输入数字和小数点，例如 1234.50")
    sign, whole, decimals = found.groups(default="")
    if sign and not negative:
        raise MoneyError("金额不能是负数，请去掉负号")
    if len(decimals) > _FEN_PLACES:
        raise MoneyError("金额最多写到分，请保留两位小数，例如 1234.50")
    digits = whole.replace(",", "").lstrip("0") + decimals.ljust(_FEN_PLACES, "0")
    # Checked by length first: int() itself balks at thousands of digits.
    if len(digits) > _LIMIT_DIGITS:
        raise _too_large()
    return bounded(int(sign + digits))


def bounded(fen: int) -> int:
    """Return ``fen`` unchanged; raises MoneyError beyond LIMIT_FEN."""
    if abs(fen) > LIMIT_FEN:
        raise _too_large()
    return fen


def yuan(fen: int) -> str:
    """Return ``123456`` as ``1,234.56``."""
    whole, cents = divmod(abs(bounded(fen)), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{cents:02}"


def typed_yuan(fen: int) -> str:
    """Return ``123456`` as a hand types it into a field: ``1234.56``."""
    return yuan(fen).replace(",", "")


def round_to_fen(amount: Decimal, rounding: Rounding) -> int:
    """Round an exact amount in yuan to fen, once, by the tariff's rule. Raises MoneyError."""
    if not amount.is_finite() or abs(amount) > LIMIT_FEN // 100:
        raise _too_large()
    rounded = amount.quantize(Decimal("0.01"), _DECIMAL_ROUNDING[rounding], context=_EXACT)
    return int(rounded.scaleb(_FEN_PLACES, context=_EXACT))


def allocate(total_fen: int, weights: Sequence[int | Decimal]) -> list[int]:
    """Share ``total_fen`` by weight with the largest remainders, so that shares add up to it.

    Of equal remainders the earlier goes first; a weight of zero gets nothing; a negative total
    mirrors a positive one. Raises MoneyError without a positive weight.
    """
    shares = [Fraction(weight) for weight in weights]
    whole = sum(shares)
    if whole <= 0 or min(shares) < 0:
        raise MoneyError("分摊依据必须大于零，请检查各户的面积或份额")
    magnitude = abs(bounded(total_fen))
    exact = [magnitude * share / whole for share in shares]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda place: parts[place] - exact[place])
    for place in by_remainder[: magnitude - sum(parts)]:
        parts[place] += 1
    return parts if total_fen >= 0 else [-part for part in parts]


def capitals(fen: int) -> str:
    """Return the amount in 大写, as a receipt carries it: ``柒佰伍拾壹元壹角玖分``.

    By 《支付结算办法》附一: 整 after 元 only, 零 for skipped digits; where the rule leaves 零 to the
    writer, its first example is followed (壹仟陆佰捌拾元零叁角贰分, 壹拾万柒仟元零伍角叁分).
    """
    whole, cents = divmod(abs(bounded(fen)), 100)
    jiao, rest = divmod(cents, 10)
    said = "负" if fen < 0 else ""
    if whole or not cents:
        said += _numeral(whole, _CAPITAL_DIGITS, _CAPITAL_UNITS) + "元"
    if not cents:
        return said + "整"
    if whole and (whole % 10 == 0 or not jiao):
        said += "零"
    if jiao:
        said += _CAPITAL_DIGITS[jiao] + "角"
    if rest:
        said += _CAPITAL_DIGITS[rest] + "分"
    return said


def spoken(fen: int) -> str:
    """Return the amount as a clerk reads it out: ``751 元 1 角 9 分``."""
    whole, cents = divmod(abs(bounded(fen)), 100)
    jiao, rest = divmod(cents, 10)
    said = [f"{whole} 元"] if whole or not cents else []
    if jiao:
        said.append(f"{jiao} 角")
    if rest:
        said.append(f"零 {rest} 分" if whole and not jiao else f"{rest} 分")
    return ("负 " if fen < 0 else "") + " ".join(said)


def spoken_price(price: Decimal) -> str:
    """Return a unit price in yuan as it is said: ``两块四``, ``八毛五``.

    Beyond fen the digits are read out: ``一点二三四五元``. Raises MoneyError on a negative price.
    """
    if not price.is_finite() or not 0 <= price <= LIMIT_FEN // 100:
        raise MoneyError("单价必须是不小于零的数，例如 2.40")
    digits = f"{price:.4f}".rstrip("0")
    whole_digits, decimals = digits.split(".")
    whole = int(whole_digits)
    if len(decimals) > _FEN_PLACES:
        read = "".join(_SPOKEN_DIGITS[int(digit)] for digit in decimals)
        return f"{_spoken_numeral(whole)}点{read}元"
    mao, fen = (int(digit) for digit in decimals.ljust(_FEN_PLACES, "0"))
    said = f"{_measured(whole)}块" if whole or not (mao or fen) else ""
    if whole and mao and not fen:
        # 两块四; but 三百块五 would be heard as 350.
        return said + _SPOKEN_DIGITS[mao] + ("" if whole < _HUNDRED else "毛")
    if mao:
        said += _measured(mao) + "毛" + (_SPOKEN_DIGITS[fen] if fen else "")
    elif fen:
        said += f"零{_SPOKEN_DIGITS[fen]}分" if whole else f"{_measured(fen)}分"
    return said


_CAPITAL_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_CAPITAL_UNITS = "亿万仟佰拾"
_SPOKEN_DIGITS = "零一二三四五六七八九"
_SPOKEN_UNITS = "亿万千百十"
_UNIT_SIZES = (10**8, 10**4, 1000, 100, 10)
_HUNDRED = 100
_PAIR = 2


def _numeral(number: int, digits: str, units: str) -> str:
    for size, unit in zip(_UNIT_SIZES, units, strict=True):
        if number >= size:
            head, rest = divmod(number, size)
            said = _numeral(head, digits, units) + unit
            if not rest:
                return said
            skipped = digits[0] if rest < size // 10 else ""
            return said + skipped + _numeral(rest, digits, units)
    return digits[number]


def _spoken_numeral(number: int) -> str:
    said = _numeral(number, _SPOKEN_DIGITS, _SPOKEN_UNITS)
    return re.sub("二(?=[千百万亿])", "两", said.removeprefix("一") if said[:2] == "一十" else said)


def _measured(number: int) -> str:
    """Return a number as said before a measure word: 两块, 两毛, 十二块."""
    return "两" if number == _PAIR else _spoken_numeral(number)


def _too_large() -> MoneyError:
    return MoneyError("金额超出上限（十万亿元），请检查是否多输了数字")
