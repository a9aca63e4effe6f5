"""The printed receipt: a plain description of it in, PDF bytes out. No database."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from guanjia.core.labelled import Labelled
from guanjia.core.money import capitals, yuan
from guanjia.core.pdf import compile_pdf, compile_svg
from guanjia.money.payments.rules import ReversalKind

TEMPLATE = Path(__file__).parent / "print" / "receipt.typ"
TEST_PAGE = Path(__file__).parent / "print" / "test_page.typ"
SHANGHAI = ZoneInfo("Asia/Shanghai")
MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


class Paper(Labelled):
    """The forms a desk may be loaded with."""

    CONTINUOUS_241 = "241x140", "241×140 三联针打纸"  # one page strikes all three copies
    A5 = "a5", "A5 横向（每联一页）"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """One amount received. `unit_label` names the unit when it is not the receipt's own.

    ``refundable`` is a deposit, given back against the receipt itself.
    """

    item: str
    period: str  # "2025-09", or words
    basis: str
    amount_fen: int
    unit_label: str = ""
    refundable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidPart:
    """What came by one method; ``tendered_fen`` is the cash handed over."""

    method: str
    amount_fen: int
    tendered_fen: int | None = None
    reference: str = ""

    @property
    def change_fen(self) -> int:
        """Cash handed back."""
        return (self.tendered_fen or self.amount_fen) - self.amount_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptSheet:
    """One receipt as it is to be printed; `number` is empty on a practice receipt."""

    company: str
    community: str
    service_phone: str
    number: str
    unit: str
    payer: str
    payer_role: str
    printed_at: datetime  # aware
    business_date: date
    lines: tuple[ReceiptLine, ...]
    total_fen: int
    parts: tuple[PaidPart, ...]
    cashier: str
    print_count: int
    practice: bool
    taken_back: ReversalKind | None
    invoice: str = ""  # the number of the invoice issued for it

    def __post_init__(self) -> None:
        if sum(line.amount_fen for line in self.lines) != self.total_fen:
            raise ValueError(f"receipt {self.number}: the lines do not add up to the total")


def render(
    sheets: Sequence[ReceiptSheet], *, paper: Paper, offset: tuple[float, float] = (0, 0)
) -> bytes:
    """Print `sheets` in order as one PDF, shifted right and down by `offset` mm for this printer."""
    return compile_pdf(
        TEMPLATE,
        {
            "paper": paper.value,
            "offset": offset,
            "sheets": [as_printed(sheet) for sheet in sheets],
        },
    )


def render_test(*, office: str, paper: Paper, offset: tuple[float, float] = (0, 0)) -> bytes:
    """Print a page with rulers in mm, shifted like a receipt, on which the offset is read off."""
    data = {"paper": paper.value, "offset": offset, "office": office, "label": paper.label}
    return compile_pdf(TEST_PAGE, data)


def picture(sheet: ReceiptSheet, *, paper: Paper) -> bytes:
    """Draw the first page of ``sheet`` as SVG, as it is to lie on the form."""
    data = {"paper": paper.value, "offset": (0, 0), "sheets": [as_printed(sheet)]}
    return compile_svg(TEMPLATE, data)


def grouped(lines: Sequence[ReceiptLine]) -> list[ReceiptLine]:
    """Join consecutive months of one item at one amount: 每月 236.69 × 3 个月.

    Only equal amounts join, so the product is exact to the fen for whoever checks it by hand.
    A group stands where its first line stood.
    """
    runs: list[list[int]] = []
    latest: dict[tuple[str, str, str, int], list[int]] = {}
    for index in sorted(range(len(lines)), key=lambda index: lines[index].period):
        line = lines[index]
        key = (line.item, line.unit_label, line.basis, line.amount_fen)
        month, run = _month(line.period), latest.get(key)
        if run and month is not None and _month(lines[run[-1]].period) == month - 1:
            run.append(index)
        else:
            latest[key] = [index]
            runs.append(latest[key])
    return [_joined([lines[index] for index in run]) for run in sorted(runs, key=min)]


def _month(period: str) -> int | None:
    match = MONTH.fullmatch(period)
    return int(match[1]) * 12 + int(match[2]) if match else None


def _joined(run: list[ReceiptLine]) -> ReceiptLine:
    first, months = run[0], len(run)
    if months == 1:
        return first
    return replace(
        first,
        period=f"{first.period} 至 {run[-1].period}",
        basis=f"每月 {yuan(first.amount_fen)} × {months} 个月",
        amount_fen=first.amount_fen * months,
    )


def as_printed(sheet: ReceiptSheet) -> dict[str, object]:
    """Turn a receipt into the words and figures the template lays out."""
    running, lines = 0, []
    for line in grouped(sheet.lines):
        running += line.amount_fen
        item = f"{line.item}（{line.unit_label}）" if line.unit_label else line.item
        cells = [item, line.period, line.basis, yuan(line.amount_fen)]
        lines.append({"cells": cells, "running": yuan(running)})
    return {
        "office": f"{sheet.company}·{sheet.community}服务中心",
        "number": "练习，无编号" if sheet.practice else f"№ {sheet.number}",
        "unit": sheet.unit,
        "payer": f"{sheet.payer}（{sheet.payer_role}）" if sheet.payer_role else sheet.payer,
        "date": sheet.business_date.isoformat(),
        "mark": "练习" if sheet.practice else sheet.taken_back.label if sheet.taken_back else "",
        "lines": lines,
        "capitals": f"合计（大写）：人民币{capitals(sheet.total_fen)}",
        "total": f"￥{yuan(sheet.total_fen)}",
        "method": _method(sheet),
        "printed": f"{sheet.printed_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}　{_count(sheet.print_count)}",
        "cashier": sheet.cashier,
        "notice": _notice(sheet),
        "phone": f"服务电话 {sheet.service_phone}" if sheet.service_phone else "",
    }


def _method(sheet: ReceiptSheet) -> str:
    several = len(sheet.parts) > 1
    return "；".join(_part(part, several=several) for part in sheet.parts)


def _part(part: PaidPart, *, several: bool) -> str:
    words = [f"{part.method} {yuan(part.amount_fen)}" if several else part.method]
    if part.tendered_fen is not None:
        words += [f"实收 {yuan(part.tendered_fen)}", f"找零 {yuan(part.change_fen)}"]
    if part.reference:
        words.append(f"参考号 {part.reference}")
    return "　".join(words)


def _count(nth: int) -> str:
    return f"补打　第 {nth} 次打印" if nth > 1 else "第 1 次打印"


def _notice(sheet: ReceiptSheet) -> str:
    if sheet.practice:
        return "练习票据，不作收款凭证。"
    if sheet.taken_back:
        return f"本收据已{sheet.taken_back.label}，不作收款凭证。"
    invoice = f"发票已开：{sheet.invoice}。" if sheet.invoice else "本收据不是发票。"
    if held := sum(line.amount_fen for line in sheet.lines if line.refundable):
        return f"盖章有效，手写涂改无效。其中押金 {yuan(held)} 元不是收入，凭本收据原件退还，请妥善保管。{invoice}"
    return f"盖章有效，手写涂改无效。{invoice}"
