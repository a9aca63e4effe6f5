"""A price table gives every floor one price; a bad one is refused in words, by the program and by the database."""

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from guanjia.accounts.tests.factories import MORNING, make_community
from guanjia.core.refusal import Refused
from guanjia.estate.states import CustomerTier
from guanjia.money.tariffs.actions import Price, add_item, add_tariff
from guanjia.money.tariffs.models import TariffVersion
from guanjia.money.tariffs.rules import Basis
from guanjia.money.tariffs.steps import FLOORS, Step, StepsError, read_steps, step_for, written
from guanjia.money.tariffs.wording import price_text, step_texts

LIFT = "1层及以下 0\n2-6层 0.30\n7层及以上 0.45"
PRICES = st.integers(0, 10**8).map(lambda n: Decimal(n).scaleb(-4))


@st.composite
def floor_tables(draw) -> tuple[Step, ...]:
    """A sound table of floors, its ends open or not."""
    floors = [floor for floor in FLOORS if floor]
    cuts = sorted(draw(st.sets(st.integers(0, len(floors)), min_size=2, max_size=12)))
    steps = [Step(draw(PRICES), floors[first], floors[last - 1]) for first, last in pairwise(cuts)]
    if draw(st.booleans()):
        steps[0] = Step(steps[0].unit_price, None, steps[0].floor_to)
    if draw(st.booleans()) and len(steps) > 1:
        steps[-1] = Step(steps[-1].unit_price, steps[-1].floor_from, None)
    return tuple(steps)


@given(floor_tables())
def test_a_table_reads_back_as_it_is_written(steps):
    assert read_steps(written(steps)) == steps


@given(floor_tables(), st.sampled_from([floor for floor in FLOORS if floor]))
def test_a_floor_has_one_price_and_none_only_outside_the_table(steps, floor):
    fitting = [step for step in steps if step.is_for(floor=floor, tier="")]
    inside = steps[0].floors[0] <= floor <= steps[-1].floors[1]
    assert len(fitting) == inside
    assert step_for(steps, floor=floor, tier="") == (fitting[0] if inside else None)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("１层及以下　０；2～6层：0.3；7以上=0.45元", read_steps(LIFT)),
        ("≤1 0\n2至6 0.30\n≥7 0.45", read_steps(LIFT)),
        ("-2--1层 1\n1楼 2", (Step(Decimal(1), -2, -1), Step(Decimal(2), 1, 1))),
        ("地下2至-1层 1;1F 2", (Step(Decimal(1), -2, -1), Step(Decimal(2), 1, 1))),
        (
            "居民 2.40\n特行 8",
            (Step(Decimal("2.40"), tier="resident"), Step(Decimal(8), tier="special")),
        ),
        ("  \n\n", ()),
    ],
)
def test_offices_write_tables_in_many_ways(text, steps):
    assert read_steps(text) == steps


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1层 0\n3-6层 1", "第 1 行（1层）和第 2 行（3-6层）之间断开：2 层没有价"),
        ("-2层 0\n2层 1", "-1 到 1 层没有价"),
        ("1-6层 0\n6-9层 1", "重叠：6 层有两个价"),
        ("1层及以上 0\n7层 1", "重叠：7 层有两个价"),
        ("7-9层 0\n1-6层 1", "顺序反了"),
        ("6-2层 1", "从高写到了低"),
        ("0层 1", "写了 0 层"),
        ("300层 1", "不合常理"),
        ("2-6层", "看不出价格"),
        ("2-6层 0.30001", "最多四位小数"),
        ("屋顶 1", "不是楼层也不是客户类别"),
        ("1层 0\n商户 5", "既有楼层又有客户类别"),
        ("商户 5\n商户 6", "第 1 行和第 2 行都是商户"),
        ("\n".join(f"{n}层 1" for n in range(1, 43)), "最多 40 行"),
    ],
)
def test_a_bad_table_is_refused_with_what_to_mend(text, words):
    with pytest.raises(StepsError, match=words):
        read_steps(text)


def publish(basis=Basis.FIXED, price="0", steps=LIFT) -> TariffVersion:
    item = add_item(community=make_community(), name="电梯费", by=None, at=MORNING)
    tariff = add_tariff(
        item=item,
        name="高层",
        price=Price(basis, Decimal(price), steps=read_steps(steps)),
        effective_from=date(2026, 1, 1),
        evidence="合同",
        by=None,
        at=MORNING,
    )
    return TariffVersion.objects.get(tariff=tariff)


@pytest.mark.django_db
def test_a_version_keeps_its_table_and_tells_it():
    version = publish()
    assert version.price_steps == read_steps(LIFT)
    assert price_text(version) == "按楼层 0.00–0.45 元/月"
    assert step_texts(version) == ["1层及以下 0.00", "2-6层 0.30", "7层及以上 0.45"]
    tiers = publish(Basis.GROSS_AREA, steps="居民 2.4\n商户 5")
    assert price_text(tiers) == "按类别 2.40–5.00 元/㎡·月"


@pytest.mark.django_db
def test_one_price_and_a_table_exclude_each_other():
    with pytest.raises(Refused, match="既有单价又有分档价目"):
        publish(price="1")


FAULTS = {
    "a floor left out": (Step(Decimal(1), 1, 2), Step(Decimal(1), 4, 5)),
    "a floor twice": (Step(Decimal(1), 1, 4), Step(Decimal(1), 4, 5)),
    "a line upside down": (Step(Decimal(1), 5, 2),),
    "lines upside down": (Step(Decimal(1), 4, 5), Step(Decimal(1), 1, 3)),
    "a negative price": (Step(Decimal(-1), 1, 2),),
    "a tier twice": (Step(Decimal(1), tier="special"), Step(Decimal(2), tier="special")),
    "an unknown tier": (Step(Decimal(1), tier="guest"),),
    "floors and tiers": (Step(Decimal(1), tier=CustomerTier.SPECIAL), Step(Decimal(1), 1, 2)),
}
SOUND = {
    "floors across the ground": (Step(Decimal(0), None, -1), Step(Decimal(1), 1, None)),
    "tiers": (Step(Decimal(1), tier="resident"), Step(Decimal(2), tier="special")),
}


def insert(version, steps, **more):
    kept = [{**asdict(step), "unit_price": str(step.unit_price)} for step in steps]
    version.pk, version.effective_from, version.steps = None, date(2027, 1, 1), kept
    for name, value in more.items():
        setattr(version, name, value)
    with transaction.atomic():
        version.save(force_insert=True)


@pytest.mark.django_db
@pytest.mark.parametrize("fault", FAULTS)
def test_the_database_refuses_a_bad_table_whoever_writes(fault):
    version = publish()
    with pytest.raises(IntegrityError, match="no price, or two"):
        insert(version, FAULTS[fault])


@pytest.mark.django_db
@pytest.mark.parametrize("sound", SOUND)
def test_the_control_the_database_takes_a_sound_one(sound):
    insert(publish(), SOUND[sound])


@pytest.mark.django_db
def test_the_database_refuses_a_price_beside_a_table():
    with pytest.raises(IntegrityError, match="tariffs_version_one_price"):
        insert(publish(), SOUND["tiers"], unit_price=Decimal(1))
