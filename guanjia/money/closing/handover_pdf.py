"""The handover sheet of a shift (交接班单)."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from guanjia.core.money import yuan
from guanjia.money.closing.banknotes import LABELS, Notes, sum_of
from guanjia.money.closing.facts import ShiftFacts
from guanjia.money.closing.models import Handover
from guanjia.money.closing.paper import Block, Paper, Sheet, moment, render
from guanjia.money.closing.reads import Taken, Takings
from guanjia.money.payments.rules import Method, ReversalKind
from guanjia.money.refunds.models import Voucher

FIGURES = ("笔数>", "收>", "冲退>", "退款>", "净额>")
REFUND_COLUMNS = ("凭证号>", "房号>", "收款人", "出处", "金额>", "付款")


def handover_sheet(facts: ShiftFacts, *, paper: Paper, at: datetime) -> bytes:
    """Return the sheet of an ended shift as PDF. Raises ValueError while it has not ended."""
    end = facts.handover
    if end is None:
        raise ValueError("the shift has not ended")
    shift = facts.shift
    community = shift.community
    people: list[str] = [each.user.name for each in shift.people]  # type: ignore[attr-defined]  # prefetched
    sheet = Sheet(
        office=f"{community.company.name}·{community.name}服务中心",
        title="交接班单",
        facts=(
            ("收银台", shift.desk.name),
            ("营业日", f"{shift.business_date}（第 {shift.nth} 班）"),
            ("开班", f"{moment(shift.opened_at)} {shift.opened_by.name}"),
            ("交班", f"{moment(end.at)} {end.by.name}"),
            ("本班收银", "、".join(people)),
            ("接班（见证）", end.received_by.name + ("（复核）" if end.countersigned else "")),
            ("收据", numbers(facts.takings, shift.desk.prefix)),
            ("账链", f"{shift.opened_position + 1}–{end.closed_position} 环"),
        ),
        blocks=tuple(_blocks(facts, end)),
        signatures=("交班人", "接班（见证）人", "复核"),
        printed=f"打印 {moment(at)}",
    )
    return render(sheet, paper=paper)


def numbers(takings: Takings, prefix: str) -> str:
    """Return the receipts used, as a sheet writes them."""
    if takings.first_number is None:
        return "没有开"
    used = f"{prefix}{takings.first_number:07}–{prefix}{takings.last_number:07}，{takings.count} 张"
    return f"{used}，冲退 {takings.reversals} 张" if takings.reversals else used


def by_method(takings: Takings) -> list[list[str]]:
    """Return a row for each method and one for all of them."""
    rows = [[taken.method.label, *figures(taken)] for taken in takings.by_method]
    return [*rows, ["合计", str(takings.count), "", "", "", yuan(takings.total_fen)]]


def figures(taken: Taken) -> list[str]:
    """Return how often a method was used, what came, was taken back and was refunded, and what is left."""
    outward = [f"-{yuan(fen)}" if fen else "" for fen in (taken.back_fen, taken.refund_fen)]
    return [str(taken.count), yuan(taken.in_fen), *outward, yuan(taken.total_fen)]


def refund_rows(vouchers: Iterable[Voucher]) -> list[list[str]]:
    """Return a row for each refund that was paid."""
    return [
        [
            voucher.full_number,
            voucher.refund.unit.number,
            voucher.refund.payee_name,
            voucher.desk.name if voucher.desk else f"转账 {voucher.reference}",
            yuan(voucher.amount_fen),
            f"{voucher.by.name}（批准 {voucher.refund.decided_by.name}）",
        ]
        for voucher in vouchers
    ]


def pieces(notes: Notes) -> list[list[str]]:
    """Return a row for each denomination and one for the sum."""
    rows = [[LABELS[fen], str(n), yuan(fen * n)] for fen, n in notes.items()]
    return [*rows, ["合计", "", yuan(sum_of(notes))]]


def _blocks(facts: ShiftFacts, end: Handover) -> Iterator[Block]:
    shift, count = facts.shift, end.count
    yield Block("收款", ("方式", *FIGURES), by_method(facts.takings))
    cash = [["备用金", yuan(shift.float_fen)]]
    cash += [[move.kind.label, yuan(move.fen)] for move in facts.moves if move.kind != "shift"]
    cash += [["应有", yuan(count.expected_fen)], ["实点", yuan(count.counted_fen)]]
    cash += [["长款（多）" if end.difference_fen > 0 else "短款（少）", yuan(end.difference_fen)]]
    yield Block("现金", ("项目", "金额>"), cash, half=True)
    yield Block("实点现金", ("面额", "张数>", "金额>"), pieces(count.pieces))
    if slips := end.slips:
        rows = [
            [
                Method(slip["method"]).label,
                yuan(slip["typed_fen"]),
                yuan(slip["booked_fen"]),
                yuan(slip["typed_fen"] - slip["booked_fen"]),
            ]
            for slip in slips
        ]
        yield Block("小票核对", ("方式", "小票>", "系统>", "相差>"), rows)
    if facts.reversals:
        rows = [
            [
                number := reversal.payment.receipts.all()[0].full_number,
                ReversalKind(reversal.kind).label,
                yuan(reversal.payment.amount_fen),
                "缺" if number in end.missing_copies else f"{reversal.copies}在",
                reversal.told,
            ]
            for reversal in facts.reversals
        ]
        yield Block("作废与红冲", ("收据号>", "种类>", "金额>", "两联>", "原因"), rows)
    if facts.refunds:
        yield Block("退款", REFUND_COLUMNS, refund_rows(facts.refunds))
    if len(facts.counts) > 1:
        rows = [
            [f"第 {each.nth} 次", moment(each.at), each.by.name, yuan(each.counted_fen)]
            for each in facts.counts
        ]
        yield Block("盘点记录", ("次数", "时间", "盘点人", "实点>"), rows)
    if shift.opening:
        change = shift.float_fen - shift.book_fen
        words = f"开班点得与账上相差 {yuan(change)} 元：{shift.reason}"
        yield Block("开班差异", text=words)
    if end.reason:
        yield Block("差异原因", text=end.reason)
    if end.memo:
        yield Block("交班备忘", text=end.memo)
