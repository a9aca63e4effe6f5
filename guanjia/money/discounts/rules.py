"""How much a rule takes off a charge, and who may ask for, approve and end it: pure arithmetic and checks."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from guanjia.core.labelled import Labelled
from guanjia.core.money import yuan
from guanjia.core.refusal import Refusal, Verdict
from guanjia.money.discounts.states import TRANSITIONS, DiscountState
from guanjia.money.tariffs.rules import Anchor, PartMonth, months_between

WHOLE_BP = 10_000  # basis points of a charge


class DiscountKind(Labelled):
    """What a rule rests on (domain.md: a vacancy's share follows local rules, such as 70% on written notice)."""

    VACANCY = "vacancy", "空置减免"
    OTHER = "other", "其他优惠"


@dataclass(frozen=True, slots=True)
class Share:
    """What is taken off: ``share_bp`` basis points of the charge, or ``monthly_fen`` a month; the other is None."""

    share_bp: int | None
    monthly_fen: int | None

    @property
    def words(self) -> str:
        """As a bill's line says it: ``按 30%`` or ``每月 50.00 元``."""
        return f"每月 {self._figure}" if self.share_bp is None else f"按 {self._figure}"

    @property
    def offer(self) -> str:
        """As a list says it: ``减 30%`` or ``每月减 50.00 元``."""
        return f"每月减 {self._figure}" if self.share_bp is None else f"减 {self._figure}"

    @property
    def _figure(self) -> str:
        if self.share_bp is None:
            return f"{yuan(self.monthly_fen or 0)} 元"
        return f"{Decimal(self.share_bp) / 100:.2f}".rstrip("0").rstrip(".") + "%"


@dataclass(frozen=True, slots=True)
class Period:
    """The charge's days, first and last, and how its tariff measures months."""

    first: date
    last: date
    anchor: Anchor
    part_month: PartMonth

    def months(self, first: date, last: date) -> Fraction:
        """Return the months from ``first`` to ``last``, both inside the period, as its tariff measures them."""
        return months_between(
            first, last, start=self.first, anchor=self.anchor, part_month=self.part_month
        )


@dataclass(frozen=True, slots=True)
class Covered:
    """The days of a charge that a discount covers, in months, beside the whole charge's months."""

    first: date
    last: date
    months: Fraction
    of: Fraction

    @property
    def part(self) -> Fraction:
        """The part of the charge that is covered: 1 at most."""
        return min(self.months / self.of, Fraction(1))


def covered(period: Period, begins_on: date, ends_on: date | None) -> Covered | None:
    """Return the days of ``period`` between ``begins_on`` and ``ends_on`` (both included), None where there are none."""
    first, last = max(period.first, begins_on), min(period.last, ends_on or period.last)
    if last < first:
        return None
    return Covered(
        first, last, period.months(first, last), period.months(period.first, period.last)
    )


def taken_off(share: Share, found: Covered) -> tuple[Fraction, Fraction]:
    """Return ``(factor, fen)``: of a charge of ``a`` fen ``a × factor + fen`` is taken off, rounded half up, once."""
    if share.share_bp is None:
        return Fraction(0), (share.monthly_fen or 0) * found.months
    return Fraction(share.share_bp, WHOLE_BP) * found.part, Fraction(0)


def off_fen(amount_fen: int, share: Share, found: Covered) -> int:
    """Return what is taken off a charge of ``amount_fen``: rounded half up to fen, once, and never more than it."""
    factor, fen = taken_off(share, found)
    exact = amount_fen * factor + fen
    return min((2 * exact.numerator + exact.denominator) // (2 * exact.denominator), amount_fen)


def reason_of(name: str, share: Share, found: Covered) -> str:
    """Return the line on the bill: ``空置减免（按 30%）``, with its days where it covers a part of the charge."""
    if found.part == 1:
        return f"{name}（{share.words}）"
    return f"{name}（{share.words}，{found.first} 至 {found.last} 计 {_months(found.months)}）"


def _months(months: Fraction) -> str:
    whole, part = divmod(months, 1)
    if not part:
        return f"{whole} 个月"
    return f"{whole} 又 {part} 个月" if whole else f"{part} 个月"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafting:
    """What a new rule says. ``evidence`` names the document it rests on; ``share`` is taken off ``item_ids``' charges."""

    kind: DiscountKind
    name: str
    share: Share
    item_ids: tuple[int, ...]
    begins_on: date
    ends_on: date | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is asked for a unit: from when to when, by whom, on what evidence.

    ``noticed_on`` is the day of the written notice; ``evidence`` says what was seen: a meter's readings, an inspection.
    """

    begins_on: date
    ends_on: date | None
    applicant: str
    noticed_on: date
    evidence: str


_STAGES = {
    DiscountState.REQUESTED: Refusal("还没有批准", "请主管或主任先批准；不要了的可以撤回"),
    DiscountState.APPROVED: Refusal("已经批准", "不再减免的，请填写截止日终止它"),
    DiscountState.ENDED: Refusal("已经终止", "还要减免的，请重新申请"),
    DiscountState.REFUSED: Refusal("已被驳回", "请看驳回的原因；补齐后重新申请"),
    DiscountState.WITHDRAWN: Refusal("已经撤回", "还要的，请重新申请"),
}


def may_draft(drafting: Drafting) -> Verdict:
    """Return True, or what the rule lacks."""
    share = drafting.share
    if (share.share_bp is None) == (share.monthly_fen is None):
        return Refusal(
            "减免的比例和每月减免金额要填一个", "按比例减的填百分比，按月减固定数的填金额"
        )
    if share.share_bp is not None and not 0 < share.share_bp <= WHOLE_BP:
        return Refusal("减免比例要在 0 和 100% 之间", "例如业主缴七成，减免比例填 30")
    if share.monthly_fen is not None and share.monthly_fen <= 0:
        return Refusal("每月减免金额要大于零", "请填每月减多少元")
    if not drafting.item_ids:
        return Refusal("没有选收费项目", "请选这条规则减免哪些收费项目")
    return _days_in_order(drafting.begins_on, drafting.ends_on)


def _days_in_order(begins_on: date, ends_on: date | None) -> Verdict:
    if ends_on is not None and ends_on < begins_on:
        return Refusal("截止日早于起始日", f"请填 {begins_on} 或之后的日期，长期的不填")
    return True


def may_grant(
    asking: Asking, *, rule: DiscountState, rule_begins_on: date, rule_ends_on: date | None
) -> Verdict:
    """Return True, or why the rule isn't granted for these days."""
    if rule is not DiscountState.APPROVED:
        return Refusal("这条减免规则现在不能用", "请选一条已批准、没有终止的规则")
    if asking.begins_on < rule_begins_on:
        return Refusal(f"这条规则自 {rule_begins_on} 起才有", "请把起始日改到这一天或之后")
    if rule_ends_on is not None and (asking.ends_on is None or asking.ends_on > rule_ends_on):
        return Refusal(f"这条规则到 {rule_ends_on} 为止", "请把截止日改到这一天或之前")
    return _days_in_order(asking.begins_on, asking.ends_on)


def fits_unit(kind: DiscountKind, *, is_vacant: bool) -> Verdict:
    """Return True, or why the unit gets nothing off: a vacancy's discount needs a unit on record as vacant."""
    if kind is DiscountKind.VACANCY and not is_vacant:
        return Refusal(
            "这套房屋的状态不是“空置”", "确实空置的，请先核实并把房屋状态改为空置，再办空置减免"
        )
    return True


def may_become(state: DiscountState, wanted: DiscountState) -> Verdict:
    """Return True, or what the rule or grant is at already."""
    return True if wanted in TRANSITIONS[state] else _STAGES[state]


def may_decide(state: DiscountState, *, is_applicant: bool) -> Verdict:
    """Return True, or why this person neither approves nor refuses: two people, never one."""
    if verdict := may_become(state, DiscountState.APPROVED):
        if is_applicant:
            return Refusal(
                "自己申请的减免，不能自己批准", "请主管或主任另一个人批准；不要了的可以撤回"
            )
        return True
    return verdict


def may_end(state: DiscountState, *, last: date, begins_on: date, ends_on: date | None) -> Verdict:
    """Return True, or why it doesn't end on ``last``: what was approved is cut short, never prolonged."""
    if not (verdict := may_become(state, DiscountState.ENDED)):
        return verdict
    if last < begins_on:
        return Refusal("截止日早于起始日", f"请填 {begins_on} 或之后的日期")
    if ends_on is not None and last > ends_on:
        return Refusal(f"批准的减免到 {ends_on} 为止", "要延长的，请另外申请一笔，从次日起")
    return True
