"""The sheet of a closed day (日结单), its deposit slip and the heads of its chains."""

from collections.abc import Iterator
from datetime import datetime

from guanjia.core.money import capitals, yuan
from guanjia.money.closing.banknotes import DENOMINATIONS
from guanjia.money.closing.days import DayBooks
from guanjia.money.closing.handover_pdf import (
    FIGURES,
    REFUND_COLUMNS,
    figures,
    numbers,
    pieces,
    refund_rows,
)
from guanjia.money.closing.models import DayClose, Deposit
from guanjia.money.closing.paper import Block, Paper, Sheet, moment, render

HASH_SHOWN = 16


def day_sheet(books: DayBooks, close: DayClose, *, paper: Paper, at: datetime) -> bytes:
    """Return the day's sheet as PDF."""
    community = close.community
    covered = (
        []
        if close.first_day == books.day
        else [("一并日结", f"{close.first_day} 起没有收款的各日")]
    )
    again = close.closed_day.nth > 1
    sheet = Sheet(
        office=f"{community.company.name}·{community.name}服务中心",
        title="日结单",
        facts=(
            ("营业日", f"{books.day}" + (f"（第 {close.closed_day.nth} 次日结）" if again else "")),
            ("日结", f"{moment(close.at)} {close.by.name}"),
            ("收款合计", f"{yuan(books.total_fen)} 元，{books.count} 张收据"),
            ("长短款", f"{yuan(books.difference_fen)} 元"),
            ("见证", close.witness.name),
            *covered,
        ),
        blocks=tuple(_blocks(books, close)),
        signatures=("办理人", "见证人", "财务"),
        printed=f"打印 {moment(at)}",
    )
    return render(sheet, paper=paper)


def _blocks(books: DayBooks, close: DayClose) -> Iterator[Block]:
    rows = [
        [each.desk.name, taken.method.label, *figures(taken)]
        for each in books.desks
        for taken in each.takings.by_method
    ]
    if fen := books.transferred_fen:
        rows.append(["财务", "转账退款", "", "", "", f"-{yuan(fen)}", yuan(-fen)])
    rows.append(["合计", "", str(books.count), "", "", "", yuan(books.total_fen)])
    yield Block("收款", ("收银台", "方式", *FIGURES), rows)
    rows = [[each.desk.name, numbers(each.takings, each.desk.prefix)] for each in books.desks]
    yield Block("收据", ("收银台>", "号码"), rows)
    if books.refunds:
        yield Block("退款", REFUND_COLUMNS, refund_rows(books.refunds))
    rows = [
        [
            f"{shift.desk.name} 第 {shift.nth} 班",
            end.by.name,
            end.received_by.name,
            yuan(end.count.counted_fen),
            yuan(end.difference_fen),
        ]
        for each in books.desks
        for shift in each.shifts
        for end in shift.ends  # type: ignore[attr-defined]  # prefetched
    ]
    if rows:
        yield Block("交班", ("班次", "交班人", "接班（见证）", "实点>", "差额>"), rows)
    shown = {deposit.pk: deposit for deposit in books.deposits}
    if close.deposit:
        shown.setdefault(close.deposit.pk, close.deposit)
    for deposit in shown.values():
        yield from _deposit(deposit)
    heads = [
        [head["name"], str(head["position"]), head["hash"][:HASH_SHOWN]] for head in close.heads
    ]
    yield Block(
        "账链末环（核对账本有没有被改动，用这一栏）", ("序列", "位置>", "哈希前 16 位>"), heads
    )


def _deposit(deposit: Deposit) -> Iterator[Block]:
    notes = dict.fromkeys(DENOMINATIONS, 0)
    for part in deposit.parts.all():
        for fen, n in part.pieces.items():
            notes[fen] += n
    yield Block(
        "缴款单" + (f" {deposit.slip}" if deposit.slip else ""),
        ("面额", "张数>", "金额>"),
        pieces({fen: n for fen, n in notes.items() if n}),
        half=True,
    )
    drawn = "　".join(f"{part.desk.name} {yuan(part.amount_fen)}" for part in deposit.parts.all())
    yield Block(
        "缴存",
        text=f"人民币{capitals(deposit.amount_fen)}（￥{yuan(deposit.amount_fen)}）。"
        f"取自：{drawn}。送款人 {deposit.carrier}，见证 {deposit.witness.name}，{moment(deposit.at)}。",
    )
