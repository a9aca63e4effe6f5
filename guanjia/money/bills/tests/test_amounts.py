"""The amount in SQL is the amount of the rules, and the printed formula gives it to the fen."""

import random
import re
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from guanjia.accounts.models import Community
from guanjia.accounts.tests.factories import make_community
from guanjia.core.money import Rounding, yuan
from guanjia.estate.models import Unit
from guanjia.estate.states import CustomerTier, UnitKind
from guanjia.money.bills.charging import CHARGES, Shape, parameters
from guanjia.money.bills.explain import explain
from guanjia.money.bills.models import Bill
from guanjia.money.tariffs.models import ChargeItem, Tariff, TariffVersion, UnitTariff
from guanjia.money.tariffs.rules import BY_AREA, Basis, Cycle, amount_fen
from guanjia.money.tariffs.steps import Step, step_for

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
CASES = 3_000
SEED = 20261123


def decimal(chance: random.Random, places: int, *digits: int) -> Decimal:
    return Decimal(chance.randrange(1, 10 ** chance.choice(digits))).scaleb(-places)


def a_unit(chance: random.Random, community: Community, n: int) -> Unit:
    return Unit(
        community=community,
        kind=chance.choice(list(UnitKind)),
        status="occupied",
        number=str(n),
        key=str(n),
        gross_area=decimal(chance, 2, 2, 5, 9),
        internal_area=decimal(chance, 2, 4),
        floor=chance.choice([None, -1, 1, 2, 6, 7, 40]),
        customer_tier=chance.choice(["", *(tier.value for tier in CustomerTier)]),
    )


def a_shape(chance: random.Random, tariff: Tariff, n: int) -> Shape:
    base = chance.choice([28, 29, 30, 31])
    part = chance.choice([Fraction(0), Fraction(chance.randrange(1, base), base)])
    months = chance.randrange(0 if part else 1, 13)
    prices = [decimal(chance, 4, 5, 2) for _ in range(3)]
    by_floor = [Step(prices[0], None, -1), Step(prices[1], 1, 6), Step(prices[2], 7, 39)]
    by_tier = [Step(prices[0], tier="resident"), Step(prices[1], tier="special")]
    steps: list[Step] = chance.choice([[], by_floor, by_tier])
    version = TariffVersion(
        pk=n,
        tariff=tariff,
        basis=chance.choice(list(Basis)),
        unit_price=Decimal(0) if steps else decimal(chance, chance.choice([2, 4]), 3, 8),
        steps=[asdict(step) for step in steps],
        addition_fen=chance.choice([0, chance.randrange(10**9)]),
        rounding=chance.choice(list(Rounding)),
    )
    return Shape(tariff.pk, FIRST + timedelta(n), None, version, Cycle(FIRST, LAST, months, part))


def what_is_due(unit: Unit, shape: Shape) -> int | None:
    """Return the amount as the rules have it; None where the unit's floor or tier has no price."""
    version = shape.version
    step = step_for(version.price_steps, floor=unit.floor, tier=unit.tier)
    if version.steps and step is None:
        return None
    areas = {Basis.GROSS_AREA: unit.gross_area, Basis.INTERNAL_AREA: unit.internal_area}
    return amount_fen(
        quantity=areas.get(Basis(version.basis)) or Decimal(1),
        unit_price=step.unit_price if step else version.unit_price,
        addition_fen=version.addition_fen,
        length=shape.cycle.length,
        rounding=Rounding(version.rounding),
    )


@pytest.mark.django_db
def test_sql_and_rules_agree_on_every_random_charge():
    """One statement over thousands of prices, tables, areas, additions, lengths and roundings."""
    chance = random.Random(SEED)  # noqa: S311 - a test's dice
    community = make_community()
    item = ChargeItem.objects.create(community=community, name="物业服务费")
    tariff = Tariff.objects.create(community=community, item=item, name="高层住宅")
    units = Unit.objects.bulk_create(a_unit(chance, community, n) for n in range(CASES))
    shapes = [a_shape(chance, tariff, n) for n in range(CASES)]
    UnitTariff.objects.bulk_create(
        UnitTariff(
            community=community, unit=unit, item=item, tariff=tariff, begins_on=shape.begins_on
        )
        for unit, shape in zip(units, shapes, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {CHARGES} SELECT unit_id, amount_fen FROM charges",  # noqa: S608 - our own constant
            parameters(community=community, item=item, shapes=shapes),
        )
        found = dict(cursor.fetchall())
    assert found == {
        unit.pk: what_is_due(unit, shape) for unit, shape in zip(units, shapes, strict=True)
    }
    assert None in found.values()


def decimals(places: int, below: int) -> st.SearchStrategy[Decimal]:
    return st.integers(1, below * 10**places).map(lambda n: Decimal(n).scaleb(-places))


@st.composite
def bills(draw) -> Bill:
    """A bill as a run would have issued it, not saved."""
    basis, rounding = draw(st.sampled_from(Basis)), draw(st.sampled_from(Rounding))
    part = Fraction(draw(st.integers(0, 27)), draw(st.integers(28, 31)))
    months = draw(st.integers(0 if part else 1, 12))
    version = TariffVersion(
        tariff=Tariff(name="高层住宅"),
        effective_from=FIRST,
        evidence="合同",
        basis=basis,
        unit_price=draw(decimals(2, 100) | decimals(4, 10_000)),
        addition_fen=draw(st.just(0) | st.integers(1, 10**9)),
        rounding=rounding,
    )
    quantity = draw(decimals(2, 100_000)) if basis in BY_AREA else Decimal(1)
    floor, tier = draw(st.sampled_from([(None, ""), (12, ""), (None, "merchant")]))
    own = None
    if floor or tier:
        own = Step(version.unit_price, floor and 7, None, tier)
        version.unit_price, version.steps = Decimal(0), [asdict(own)]
    price = own.unit_price if own else version.unit_price
    return Bill(
        tariff_version=version,
        floor=floor,
        tier=tier,
        unit_price=own.unit_price if own else None,
        quantity=quantity,
        months=months,
        part_days=part.numerator,
        part_base=part.denominator,
        period_first=FIRST,
        period_last=LAST,
        amount_fen=amount_fen(
            quantity=quantity,
            unit_price=price,
            addition_fen=version.addition_fen,
            length=months + part,
            rounding=rounding,
        ),
    )


def value(formula: str) -> Fraction:
    """Work a printed formula out as a customer would, with a calculator that knows nothing of the program."""
    text = re.sub(r"㎡|个月|,", "", formula)
    while inner := re.search(r"\(([^()]*)\)", text):
        result = value(inner[1])
        text = (
            f"{text[: inner.start()]}{result.numerator}/{result.denominator}{text[inner.end() :]}"
        )
    total = Fraction(0)
    for term in text.split("+"):
        product = Fraction(1)
        for factor in term.split("×"):
            above, _, below = factor.strip().partition("/")
            product *= Fraction(above) / Fraction(below or 1)
        total += product
    return total


@given(bills())
def test_the_printed_formula_gives_the_printed_amount(bill):
    explanation = explain(bill)
    fen = value(explanation.formula) * 100
    below = fen.numerator // fen.denominator
    rounded = {
        "四舍五入到分": below + (fen - below >= Fraction(1, 2)),
        "进位到分": below + (fen > below),
        "舍去到分": below,
    }[explanation.rounding]
    assert rounded == bill.amount_fen
    assert explanation.words.endswith(f"{yuan(bill.amount_fen)} 元")


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("98.62 ㎡ × 2.40", "236.688"),
        ("(98.62 ㎡ × 2.40 + 1,005.00) × 3 个月", "3725.064"),
        ("30.00 × (1 + 15/30)", "45"),
        ("28.00 × 7/28", "7"),
    ],
)
def test_the_calculator_itself(formula, result):
    assert value(formula) == Fraction(result)
