from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanjia.core.money import (
    LIMIT_FEN,
    MoneyError,
    Rounding,
    allocate,
    capitals,
    fen_from_yuan,
    round_to_fen,
    spoken,
    spoken_price,
    yuan,
)
from guanjia.core.tests import hostile

pytestmark = pytest.mark.rules

amounts = st.integers(-LIMIT_FEN, LIMIT_FEN)


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("12", 1200),
        ("12.3", 1230),
        ("12.34", 1234),
        ("1,234.50", 123450),
        ("1234.5", 123450),
        (" 0.01 ", 1),
        ("0", 0),
        ("007", 700),
        ("１２．３４", 1234),
        ("１，２３４．５", 123450),
        ("10,000,000,000,000.00", LIMIT_FEN),
    ],
)
def test_yuan_are_read_as_typed(typed: str, fen: int) -> None:
    assert fen_from_yuan(typed) == fen


@pytest.mark.parametrize("typed", hostile.REFUSED_MONEY)
def test_whatever_is_no_amount_is_refused_with_a_remedy(typed: str) -> None:
    with pytest.raises(MoneyError, match="请") as refused:
        fen_from_yuan(typed)
    assert len(str(refused.value)) < 60


@pytest.mark.parametrize("typed", ["-0.01", "－0.01", "−0.01"])
def test_a_negative_amount_is_read_only_where_it_is_allowed(typed: str) -> None:
    assert fen_from_yuan(typed, negative=True) == -1
    with pytest.raises(MoneyError, match="去掉负号"):
        fen_from_yuan(typed)


def test_the_message_names_the_fault() -> None:
    with pytest.raises(MoneyError, match="两位小数"):
        fen_from_yuan("12.345")
    with pytest.raises(MoneyError, match="超出上限"):
        fen_from_yuan("10000000000000.01")


@given(amounts)
def test_what_is_written_is_read_back(fen: int) -> None:
    assert fen_from_yuan(yuan(fen), negative=True) == fen


@given(st.text())
def test_no_text_does_worse_than_a_money_error(typed: str) -> None:
    try:
        fen = fen_from_yuan(typed, negative=True)
    except MoneyError:
        return
    assert abs(fen) <= LIMIT_FEN


@pytest.mark.parametrize("write", [yuan, capitals, spoken])
def test_amounts_beyond_the_limit_are_not_written(write: object) -> None:
    assert callable(write)
    with pytest.raises(MoneyError):
        write(LIMIT_FEN + 1)


def test_yuan_are_grouped_and_signed() -> None:
    assert yuan(123456) == "1,234.56"
    assert yuan(-5) == "-0.05"
    assert yuan(0) == "0.00"


# Rounding


@pytest.mark.parametrize(
    ("amount", "half_up", "up", "down"),
    [
        ("236.688", 23669, 23669, 23668),
        ("0.005", 1, 1, 0),
        ("0.0049", 0, 1, 0),
        ("0.015", 2, 2, 1),
        ("0.025", 3, 3, 2),
        ("-0.005", -1, -1, 0),
        ("12", 1200, 1200, 1200),
    ],
)
def test_a_charge_is_rounded_by_the_tariffs_rule(
    amount: str, half_up: int, up: int, down: int
) -> None:
    assert round_to_fen(Decimal(amount), Rounding.HALF_UP) == half_up
    assert round_to_fen(Decimal(amount), Rounding.UP) == up
    assert round_to_fen(Decimal(amount), Rounding.DOWN) == down


@given(
    st.decimals(-(10**13), 10**13, allow_nan=False, allow_infinity=False, places=12),
    st.sampled_from(Rounding),
)
def test_rounding_moves_an_amount_by_less_than_a_fen_and_mirrors(
    amount: Decimal, rule: Rounding
) -> None:
    fen = round_to_fen(amount, rule)
    error = Fraction(fen) - Fraction(amount) * 100
    assert abs(error) <= Fraction(1, 2) if rule is Rounding.HALF_UP else abs(error) < 1
    assert round_to_fen(-amount, rule) == -fen


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "1e18"])
def test_what_is_no_amount_is_not_rounded(amount: str) -> None:
    with pytest.raises(MoneyError):
        round_to_fen(Decimal(amount), Rounding.HALF_UP)


# Shared allocation


def test_shares_follow_the_largest_remainders_the_earlier_first() -> None:
    assert allocate(100, [1, 1, 1]) == [34, 33, 33]
    assert allocate(-100, [1, 1, 1]) == [-34, -33, -33]
    assert allocate(10, [Decimal("94.56"), Decimal("98.62"), 0]) == [5, 5, 0]
    assert allocate(0, [3, 4]) == [0, 0]


@given(
    amounts,
    st.lists(st.decimals(0, 10**6, places=2) | st.integers(0, 10**6), min_size=1).filter(any),
)
def test_shares_add_up_and_differ_from_the_exact_by_less_than_a_fen(
    total: int, weights: list[int | Decimal]
) -> None:
    shares = allocate(total, weights)
    assert sum(shares) == total
    whole = sum(map(Fraction, weights))
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - total * Fraction(weight) / whole) < 1
        assert weight or not share


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [2, -1]])
def test_nothing_to_share_by_is_refused(weights: list[int]) -> None:
    with pytest.raises(MoneyError, match="面积或份额"):
        allocate(100, weights)


# Capitals


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("751.19", "柒佰伍拾壹元壹角玖分"),
        ("10003", "壹万零叁元整"),
        # The examples of 《支付结算办法》附一.
        ("1409.50", "壹仟肆佰零玖元伍角"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "壹拾万柒仟元零伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角"),
        ("10", "壹拾元整"),
        ("100100", "壹拾万零壹佰元整"),
        ("100000000", "壹亿元整"),
        ("100010000", "壹亿零壹万元整"),
        ("1000000000001", "壹万亿零壹元整"),
        ("-236.69", "负贰佰叁拾陆元陆角玖分"),
    ],
)
def test_capitals_follow_the_settlement_rules(amount: str, text: str) -> None:
    assert capitals(fen_from_yuan(amount, negative=True)) == text


def read_capitals(text: str) -> int:
    """Read 大写 back by place values, knowing nothing of how it was written."""
    sign = -1 if text.startswith("负") else 1
    fen = section = myriad = digit = 0
    for char in text.removeprefix("负").removesuffix("整"):
        if char in "零壹贰叁肆伍陆柒捌玖":
            digit = "零壹贰叁肆伍陆柒捌玖".index(char)
            continue
        if char in "拾佰仟":
            section += digit * {"拾": 10, "佰": 100, "仟": 1000}[char]
        elif char == "万":
            section = (section + digit) * 10**4
        elif char == "亿":
            myriad, section = (section + digit + myriad) * 10**8, 0
        elif char == "元":
            fen += (myriad + section + digit) * 100
        else:
            fen += digit * {"角": 10, "分": 1}[char]
        digit = 0
    return sign * fen


@given(amounts)
def test_capitals_are_read_back(fen: int) -> None:
    text = capitals(fen)
    assert read_capitals(text) == fen
    assert "零零" not in text
    assert text.endswith(("整", "角", "分"))


def test_the_reader_of_capitals_notices_a_wrong_digit() -> None:
    assert read_capitals("柒佰伍拾贰元壹角玖分") != 75119


# Spoken


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (75119, "751 元 1 角 9 分"),
        (75100, "751 元"),
        (75110, "751 元 1 角"),
        (75109, "751 元 零 9 分"),
        (5, "5 分"),
        (50, "5 角"),
        (0, "0 元"),
        (-100, "负 1 元"),
    ],
)
def test_an_amount_is_said_as_a_clerk_says_it(fen: int, text: str) -> None:
    assert spoken(fen) == text


@pytest.mark.parametrize(
    ("price", "text"),
    [
        ("2.4", "两块四"),
        ("2.40", "两块四"),
        ("2.35", "两块三毛五"),
        ("1.3", "一块三"),
        ("0.85", "八毛五"),
        ("0.5", "五毛"),
        ("0.2", "两毛"),
        ("0.02", "两分"),
        ("0", "零块"),
        ("2", "两块"),
        ("2.22", "两块两毛二"),
        ("1.05", "一块零五分"),
        ("12", "十二块"),
        ("20", "二十块"),
        ("22.2", "二十二块二"),
        ("200", "两百块"),
        ("300.5", "三百块五毛"),
        ("2250", "两千两百五十块"),
        ("1.2345", "一点二三四五元"),
        ("0.8050", "零点八零五元"),
    ],
)
def test_a_price_is_said_as_a_clerk_says_it(price: str, text: str) -> None:
    assert spoken_price(Decimal(price)) == text


@pytest.mark.parametrize("price", ["-1", "NaN", "Infinity"])
def test_no_price_is_not_said(price: str) -> None:
    with pytest.raises(MoneyError, match="单价"):
        spoken_price(Decimal(price))
