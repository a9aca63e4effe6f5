"""A price that goes by floor (lift fees) or by the customer's tier: its table, as read, checked and written. Pure.

One table goes by one of them. Floors: ground floors first, no floor 0 (the first below ground is -1), none left out
and none twice, so that every floor has one price. Source: money.md "Charging", bases.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from guanjia.core.text import half_width
from guanjia.estate.states import CustomerTier

FLOORS = range(-20, 201)
MOST_STEPS = 40
_LARGEST_PRICE = Decimal(100_000)
_LINE = re.compile(r"(.*?)(?:[\s:,=]+|(?<=[层楼上下户民行]))([0-9]+(?:\.[0-9]+)?)\s*元?")
_FLOOR = r"((?:负|地下|B)?-?[0-9]{1,3})\s*[层楼F]?"
_BETWEEN = re.compile(rf"{_FLOOR}\s*(?:[-~—–至到])\s*{_FLOOR}")
_BELOW = re.compile(rf"(?:<=|≤)?{_FLOOR}(?:及)?(?:以下|含以下)|(?:<=|≤)\s*{_FLOOR}")
_ABOVE = re.compile(rf"{_FLOOR}(?:及)?以上|(?:>=|≥)\s*{_FLOOR}")
_ONE = re.compile(_FLOOR)
_PLACES = 4
_SHOWN = 20


class StepsError(ValueError):
    """A price table that can't be charged by: what is wrong, and the remedy."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message}。{remedy}。")
        self.message, self.remedy = message, remedy


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the table: yuan per basis unit and month for a tier, or for floors from–to.

    None leaves that end open: ``Step(price, floor_to=1)`` is the first floor and all below it.
    """

    unit_price: Decimal
    floor_from: int | None = None
    floor_to: int | None = None
    tier: str = ""

    @property
    def label(self) -> str:
        """Return whom it is for, as the table writes it: ``1层及以下``, ``2-6层``, ``商户``."""
        first, last = self.floor_from, self.floor_to
        if self.tier:
            return CustomerTier(self.tier).label
        if first is None:
            return f"{last}层及以下"
        if last is None:
            return f"{first}层及以上"
        return f"{first}层" if first == last else f"{first}{'至' if last < 0 else '-'}{last}层"

    def is_for(self, *, floor: int | None, tier: str) -> bool:
        """Whether a unit on ``floor``, or of ``tier``, pays this price."""
        if self.tier:
            return self.tier == tier
        lowest, highest = self.floors
        return floor is not None and lowest <= floor <= highest

    @property
    def floors(self) -> tuple[int, int]:
        """The lowest and the highest floor of the line, an open end as the last one there is."""
        return (
            FLOORS.start if self.floor_from is None else self.floor_from,
            FLOORS.stop - 1 if self.floor_to is None else self.floor_to,
        )

    @classmethod
    def of(cls, kept: dict[str, str | int | None]) -> "Step":
        """Return the step that a version keeps as JSON, its price as text."""
        return cls(**{**kept, "unit_price": Decimal(str(kept["unit_price"]))})  # type: ignore[arg-type]  # as written by asdict


def step_for(steps: Iterable[Step], *, floor: int | None, tier: str) -> Step | None:
    """Return the line by which a unit pays; None where the table has none for it."""
    return next((step for step in steps if step.is_for(floor=floor, tier=tier)), None)


def written(steps: Iterable[Step]) -> str:
    """Return a table as ``read_steps`` reads it, a line each."""
    return "\n".join(f"{step.label} {step.unit_price.normalize():f}" for step in steps)


def read_steps(text: str) -> tuple[Step, ...]:
    """Read a table as typed or pasted, a line each (``;`` parts lines too); () for none.

    ``1层及以下 0``, ``2-6层 0.30``, ``7以上：0.45``; or ``居民 2.40``. Raises StepsError.
    """
    lines = [line.strip() for line in re.split(r"[\n;]", half_width(text)) if line.strip()]
    if len(lines) > MOST_STEPS:
        raise StepsError(f"价目有 {len(lines)} 行", f"最多 {MOST_STEPS} 行，请合并价格相同的楼层")
    steps = tuple(_step(place, line) for place, line in enumerate(lines, 1))
    if not steps:
        return ()
    if len({bool(step.tier) for step in steps}) > 1:
        raise StepsError("价目里既有楼层又有客户类别", "一个标准只按一种分，请分成两个标准")
    (_check_tiers if steps[0].tier else _check_floors)(steps)
    return steps


def _step(place: int, line: str) -> Step:
    found = _LINE.fullmatch(line)
    if found is None:
        raise StepsError(
            f"第 {place} 行“{line[:_SHOWN]}”看不出价格", "请写成“2-6层 0.30”或“商户 5.00”这样"
        )
    whom, price = found[1].strip(), Decimal(found[2])
    if price >= _LARGEST_PRICE or round(price, _PLACES) != price:
        raise StepsError(
            f"第 {place} 行的价格 {found[2][:_SHOWN]} 写得不对", "最多四位小数，请核对小数点"
        )
    tier = next((tier for tier in CustomerTier if tier.label == whom), None)
    if tier:
        return Step(price, tier=str(tier))
    return Step(price, *_floors(place, whom))


def _floors(place: int, whom: str) -> tuple[int | None, int | None]:
    """Return the floors that a line names, its open end as None."""
    first: int | None = None
    last: int | None = None
    if found := _BETWEEN.fullmatch(whom):
        first, last = _floor(place, found[1]), _floor(place, found[2])
    elif found := _BELOW.fullmatch(whom):
        last = _floor(place, found[1] or found[2])
    elif found := _ABOVE.fullmatch(whom):
        first = _floor(place, found[1] or found[2])
    elif found := _ONE.fullmatch(whom):
        first = last = _floor(place, found[1])
    else:
        tiers = "、".join(tier.label for tier in CustomerTier)
        raise StepsError(
            f"第 {place} 行“{whom[:_SHOWN]}”不是楼层也不是客户类别",
            f"楼层写“1层及以下”“2-6层”“7层及以上”，类别写{tiers}",
        )
    if first is not None and last is not None and first > last:
        raise StepsError(f"第 {place} 行的楼层从高写到了低（{first} 到 {last}）", "请先写低的楼层")
    return first, last


def _floor(place: int, text: str) -> int:
    number = int(re.sub("^(?:负|地下|B)", "-", text).replace("--", "-"))
    if number == 0:
        raise StepsError(f"第 {place} 行写了 0 层", "地面一层填 1，地下一层填 -1")
    if number not in FLOORS:
        raise StepsError(f"第 {place} 行的 {number} 层不合常理", "请核对楼层")
    return number


def _check_tiers(steps: Sequence[Step]) -> None:
    seen: dict[str, int] = {}
    for place, step in enumerate(steps, 1):
        if step.tier in seen:
            raise StepsError(
                f"第 {seen[step.tier]} 行和第 {place} 行都是{step.label}", "一个类别只写一行"
            )
        seen[step.tier] = place


def _check_floors(steps: Sequence[Step]) -> None:
    """Refuse lines that descend, that share a floor, or that leave one out between them."""
    for place, (before, step) in enumerate(pairwise(steps), 1):
        lines = f"第 {place} 行（{before.label}）和第 {place + 1} 行（{step.label}）"
        (lowest, highest), first = before.floors, step.floors[0]
        if first < lowest:
            raise StepsError(f"{lines}的顺序反了", "请从低楼层往高楼层写")
        if first <= highest:
            raise StepsError(f"{lines}重叠：{first} 层有两个价", "请改成首尾相接")
        above = highest + 1 or 1  # there is no floor 0
        if first != above:
            last = first - 1 or -1
            left_out = f"{above} 层" if above == last else f"{above} 到 {last} 层"
            raise StepsError(
                f"{lines}之间断开：{left_out}没有价", "请补上，或改成首尾相接；不收的写 0"
            )
