"""A thousand receipts in one PDF beside typst on ready data; and one receipt, from the books to its PDF."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import typst

from guanjia.bench.figures import Figure, Goal, in_turns, timed
from guanjia.bench.ground import Ground
from guanjia.bench.payments import Office
from guanjia.core.pdf.glyphs import FONTS
from guanjia.money.payments.actions import record_print
from guanjia.money.payments.models import Receipt
from guanjia.money.payments.receipt_pdf import (
    TEMPLATE,
    PaidPart,
    Paper,
    ReceiptLine,
    ReceiptSheet,
    as_printed,
    render,
)
from guanjia.money.payments.sheets import sheet_of

SHEETS = 1000
TURNS = 5
_OFFICE = 20
_AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def run(ground: Ground, *, units: int = SHEETS, turns: int = TURNS) -> Iterator[Figure]:
    """Yield the figures of ``units`` receipts in one PDF, and of one at the desk."""
    # typst remembers what it has set: the desk comes first, and every lap gets receipts of its own.
    yield from _at_the_desk(Office(ground, _OFFICE), turns)
    piles = [[_sheet(units * pile + n) for n in range(units)] for pile in range(2 * turns)]
    ready = [_ready(pile) for pile in piles[:turns]]
    laps = in_turns(
        turns,
        lambda turn: timed(lambda: _typst(ready[turn])),
        lambda turn: timed(lambda: render(piles[turns + turn], paper=Paper.CONTINUOUS_241)),
    )
    name = f"{units} 张收据一份 PDF ÷ 直接用 typst"
    yield Figure(name, tuple(ours / raw for raw, ours in laps), goal=Goal("≤", 1.5))
    yield Figure(f"　{units} 张收据", tuple(ours for _, ours in laps), " 秒")


def _at_the_desk(office: Office, turns: int) -> Iterator[Figure]:
    """Time one receipt as the desk prints it: counted, read from the books, set."""
    for _ in range(turns + 1):
        office.act()
    rows = Receipt.objects.filter(community=office.community)
    rows = rows.select_related("community__company", "desk", "payment__unit", "payment__by")

    def one(receipt: Receipt) -> float:
        started = time.perf_counter()
        counted = record_print(receipt=receipt, by=office.cashier, at=_AT)
        render([sheet_of(receipt, nth=counted.nth, at=_AT)], paper=Paper.CONTINUOUS_241)
        return (time.perf_counter() - started) * 1000

    laps = [one(receipt) for receipt in rows]
    yield Figure("前台打印一张收据", tuple(laps[1:]), " 毫秒", Goal("≤", 150))


def _ready(sheets: list[ReceiptSheet]) -> str:
    """Return the data file that the template reads."""
    printed = [as_printed(sheet) for sheet in sheets]
    data = {"paper": Paper.CONTINUOUS_241.value, "offset": [0, 0], "sheets": printed}
    return json.dumps(data, ensure_ascii=False)


def _typst(ready: str) -> None:
    """Set ready data, with the fonts loaded anew as a program of its own would."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS]
    )
    compiler = typst.Compiler(
        TEMPLATE, font_paths=fonts, ignore_system_fonts=True, sys_inputs={"data": ready}
    )
    compiler.compile(format="pdf", pdf_tags=False)


def _sheet(number: int) -> ReceiptSheet:
    months = ("2026-09", "2026-10", "2026-11")
    lines = [
        ReceiptLine(item="物业服务费", period=m, basis="98.62 ㎡ × 2.40", amount_fen=23669)
        for m in months
    ]
    lines.append(
        ReceiptLine(item="公摊水电", period="2026-10", basis="18.50", amount_fen=1850 + number)
    )
    total = sum(line.amount_fen for line in lines)
    return ReceiptSheet(
        company="示例物业服务有限公司",
        community="示例花园",
        service_phone="0000-2345678",
        number=f"A{number:07}",
        unit=f"3-2-{number}",
        payer="张素珍",
        payer_role="业主",
        printed_at=_AT,
        business_date=date(2026, 11, 23),
        lines=tuple(lines),
        total_fen=total,
        parts=(PaidPart(method="现金", amount_fen=total, tendered_fen=100000),),
        cashier="陈晓雯",
        print_count=1,
        practice=False,
        taken_back=None,
    )
