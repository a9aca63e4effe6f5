"""Why this amount: a bill in figures for the page and in words to say to the customer (FEE-R1)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from guanjia.core.calendar import Month
from guanjia.core.money import Rounding, spoken, spoken_price, yuan
from guanjia.money.bills.models import Adjustment, Bill
from guanjia.money.bills.rules import BY_GRANT, AdjustmentKind
from guanjia.money.tariffs.models import TariffVersion
from guanjia.money.tariffs.rules import BY_AREA, Basis
from guanjia.money.tariffs.steps import step_for

_MONTHS_SPOKEN = ("", "一个月", "两个月", "三个月", "四个月", "五个月", "半年")
_YEAR = 12


@dataclass(frozen=True, slots=True)
class Explanation:
    """``formula`` gives exactly the amount; ``words`` is what a clerk reads out; ``rounding`` names the rule.

    The amount is what the bill comes to after what was taken off it; ``reductions`` tell each of those.
    """

    period: str
    formula: str
    words: str
    rounding: str
    evidence: str
    reductions: tuple[str, ...] = ()


def explain(bill: Bill, adjustments: Sequence[Adjustment] = ()) -> Explanation:
    """Explain ``bill`` from what was kept with it; its tariff version and tariff, or its extra, must be loaded.

    ``adjustments`` are the bill's, where they are to be told one by one.
    """
    why = _explained(bill)
    if not bill.reduced_fen:
        return why
    told = tuple(f"{_reason(row)}，减 {yuan(row.amount_fen)} 元" for row in adjustments)
    off = "；".join(told) or f"减免 {yuan(bill.reduced_fen)} 元"
    left = yuan(bill.amount_fen - bill.reduced_fen)
    return replace(
        why,
        formula=f"{why.formula} − {yuan(bill.reduced_fen)}",
        words=f"{why.words}；{off}，应缴 {left} 元",
        reductions=told,
    )


def _explained(bill: Bill) -> Explanation:
    if bill.paid_before_fen is not None:
        return _explain_opening(bill, bill.paid_before_fen)
    return _explain_run(bill, bill.tariff_version) if bill.tariff_version else _explain_extra(bill)


def _reason(row: Adjustment) -> str:
    kind = AdjustmentKind(row.kind)
    return row.reason if kind in BY_GRANT else f"{kind.label}（{row.reason}）"


def _explain_run(bill: Bill, version: TariffVersion) -> Explanation:
    unit_price = version.price_of(bill)
    price = _trim(unit_price)
    area = _trim(bill.quantity) if version.basis in BY_AREA else None
    monthly = price if area is None else f"{area} ㎡ × {price}"
    if version.addition_fen:
        monthly = f"{monthly} + {yuan(version.addition_fen)}"
    length = _length_figures(bill)
    if length:
        monthly = f"({monthly}) × {length}" if version.addition_fen else f"{monthly} × {length}"
    said = spoken_price(unit_price)
    words = _by_what(bill, version)
    words += f"每月{said}" if area is None else f"每平方米每月{said}，{area} 平方米"
    if version.addition_fen:
        words += f"，每月另加 {_trim(Decimal(version.addition_fen) / 100)} 元"
    return Explanation(
        period=period_text(bill.period_first, bill.period_last),
        formula=monthly,
        words=f"{words}，{_length_words(bill)} {yuan(bill.amount_fen)} 元",
        rounding=f"{Rounding(version.rounding).label}到分",
        evidence=f"{version.tariff.name}，{version.effective_from} 起执行（{version.evidence}）",
    )


def _by_what(bill: Bill, version: TariffVersion) -> str:
    """Return what the price went by, to be said before it: ``12 层（7层及以上）``, ``商户``, ``一户一价，``; '' for nothing."""
    words = "一户一价，" if version.basis == Basis.HOUSEHOLD else ""
    if step := step_for(version.price_steps, floor=bill.floor, tier=bill.tier):
        words += f"按{step.label}" if step.tier else f"{bill.floor} 层（{step.label}）"
    return words


def _explain_extra(bill: Bill) -> Explanation:
    """Explain a one-off charge by its price and quantity."""
    extra, price = bill.extra, bill.unit_price
    if extra is None or price is None:
        raise ValueError(f"bill {bill.pk} was made by neither a run nor an extra charge")
    count = _bare(bill.quantity)
    one = count == "1"
    told = f"{yuan(bill.amount_fen)} 元"
    words = extra.description or bill.item.name
    return Explanation(
        period=str(bill.period_first),
        formula=_trim(price) if one else f"{_trim(price)} × {count}",
        words=f"{words} {told}" if one else f"{words} 每份 {_trim(price)} 元，{count} 份 {told}",
        rounding=f"{Rounding.HALF_UP.label}到分",
        evidence=f"临时收费，{extra.by.name} {bill.period_first} 登记"
        + (f"（{extra.description}）" if extra.description else ""),
    )


def _explain_opening(bill: Bill, paid_before_fen: int) -> Explanation:
    """Explain what was owed before the office went live: nobody computed it here."""
    charged, period = (
        bill.amount_fen + paid_before_fen,
        period_text(bill.period_first, bill.period_last),
    )
    owed = f"{period} {bill.item.name}欠 {yuan(bill.amount_fen)} 元"
    paid = f"应收 {yuan(charged)} 元，启用前已收 {yuan(paid_before_fen)} 元，"
    return Explanation(
        period=period,
        formula=f"{yuan(charged)} - {yuan(paid_before_fen)}" if paid_before_fen else yuan(charged),
        words=f"{paid if paid_before_fen else ''}{owed}",
        rounding="期初数，不再计算",
        evidence="启用时带入的期初欠费",
    )


def line_to_say(bills: Sequence[Bill]) -> str:
    """Return the one sentence that tells tariff and sum before money is taken (FEE-R1)."""
    if not bills:
        return "目前没有未缴的费用。"
    total = spoken(sum(bill.open_fen for bill in bills))
    if len(bills) == 1:
        return f"{bills[0].item.name}：{explain(bills[0]).words}。"
    sums: Counter[str] = Counter()
    for bill in bills:
        sums[bill.item.name] += bill.open_fen
    main, *others = (name for name, _ in sums.most_common())
    standard = _standard([bill for bill in bills if bill.item.name == main])
    plus = f"，加上{'、'.join(others)}" if others else ""
    return f"{main}{standard}{plus}，{len(bills)} 笔一共 {total}。"


def _standard(bills: Sequence[Bill]) -> str:
    """Return what the item costs, and from when it cost something else where the bills span a change."""
    said = ""
    price = None
    for bill in sorted(bills, key=lambda bill: bill.period_first):
        version = bill.tariff_version
        if version is None or version.price_of(bill) == price:
            continue
        price = version.price_of(bill)
        start = f"，{Month.of(bill.period_first).label}起" if said else ""
        per = "每平方米每月" if version.basis in BY_AREA else "每月"
        said += f"{start}{'' if said else per}{spoken_price(price)}"
    return said


def period_text(first: date, last: date) -> str:
    """Return ``2026-12``, ``2026-10 至 2026-12`` for whole months, or the two days."""
    whole = first.day == 1 and (last + timedelta(days=1)).day == 1
    if not whole:
        return f"{first} 至 {last}"
    start, end = Month.of(first), Month.of(last)
    return str(start) if start == end else f"{start} 至 {end}"


def _length_figures(bill: Bill) -> str:
    """Return the factor for months: '' for one whole month."""
    if not bill.part_days:
        return "" if bill.months == 1 else f"{bill.months} 个月"
    part = f"{bill.part_days}/{bill.part_base}"
    return f"({bill.months} + {part})" if bill.months else part


def _length_words(bill: Bill) -> str:
    if bill.part_days:
        return f"{period_text(bill.period_first, bill.period_last)}共"
    if bill.months == _YEAR:
        return "一年"
    return (
        _MONTHS_SPOKEN[bill.months] if bill.months < len(_MONTHS_SPOKEN) else f"{bill.months} 个月"
    )


def _bare(value: Decimal) -> str:
    """Return a count without idle zeros: ``2``, ``1.5``."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _trim(value: Decimal) -> str:
    """Return at least two decimals, more only where they say something."""
    text = f"{value:.4f}".rstrip("0")
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}"
