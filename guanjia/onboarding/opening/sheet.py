"""The trial balance of an opening: what was brought along, account by account, as the ledger has it, to be signed."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum

from guanjia.money.bills.models import Bill, Opening
from guanjia.money.ledger.chart import ACCOUNT_NAMES, Account
from guanjia.money.ledger.models import EntryLine
from guanjia.money.opening.models import Signature
from guanjia.money.opening.states import OpeningState, Part
from guanjia.money.payments.models import Desk
from guanjia.reports.sheet import Column, Kind, Row, Sheet, summed

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_COLUMNS = (
    Column("科目代码"),
    Column("科目"),
    Column("明细"),
    Column("笔数", Kind.COUNT),
    Column("借方", Kind.FEN),
    Column("贷方", Kind.FEN),
)
_LINE = "________________"


def opening_sheet(
    opening: Opening, *, state: OpeningState, signatures: Sequence[Signature]
) -> Sheet:
    """Return the sheet: arrears by item, the rest by account; both sides are the ledger's own. Four statements."""
    lines = EntryLine.objects.filter(community=opening.community_id, entry=opening.entry_id)
    sides = {
        Account(account): (int(debit), int(credit))
        for account, debit, credit in lines.values_list("account").annotate(
            debit=Sum("amount_fen", filter=Q(amount_fen__gt=0), default=0),
            credit=-Sum("amount_fen", filter=Q(amount_fen__lt=0), default=0),
        )
    }
    rows = [*_arrears(opening), *_others(opening, sides)]
    total = summed(_COLUMNS, rows, "合计")
    return Sheet(
        title="期初试算平衡表",
        scope=f"启用日 {opening.cut_over_on}　{state.label}",
        columns=_COLUMNS,
        rows=rows,
        total=total,
        notes=_notes(opening, rows, sides, signatures),
    )


def _arrears(opening: Opening) -> list[Row]:
    bills = Bill.objects.filter(community=opening.community_id, opening=opening)
    by_item = bills.values_list("item__name").annotate(Count("pk"), Sum("amount_fen"))
    name = ACCOUNT_NAMES[Account.RECEIVABLE]
    return [
        Row((str(Account.RECEIVABLE.value), name, item, count, int(fen), 0))
        for item, count, fen in by_item.order_by("item__position", "item_id")
    ]


def _others(opening: Opening, sides: dict[Account, tuple[int, int]]) -> list[Row]:
    told = {
        Account.PREPAID: ("预存", opening.prepayment_count),
        Account.DEPOSITS_HELD: ("押金", opening.deposit_count),
        Account.AGENCY_PAYABLE: ("代收项目的欠费", None),
        Account.OPENING_EQUITY: ("欠费、预存与押金的结转", None),
    }
    return [
        Row((str(account.value), ACCOUNT_NAMES[account], *told[account], *sides[account]))
        for account in told
        if account in sides
    ]


def _notes(
    opening: Opening,
    rows: Sequence[Row],
    sides: dict[Account, tuple[int, int]],
    signatures: Sequence[Signature],
) -> list[str]:
    debit = sum(row.values[4] for row in rows if isinstance(row.values[4], int))
    credit = sum(row.values[5] for row in rows if isinstance(row.values[5], int))
    posted = (sum(s[0] for s in sides.values()), sum(s[1] for s in sides.values()))
    even = debit == credit and (debit, credit) == posted
    desks = Desk.objects.filter(community=opening.community_id, is_active=True).order_by("pk")
    books = "、".join(f"{desk.name} {desk.prefix}{desk.first_number:07}" for desk in desks)
    return [
        "借贷平衡，与总账一致。" if even else "与总账不一致，请不要签字，并立即联系技术支持。",
        f"收据首号：{books or '没有收银台'}。",
        f"依据：{opening.file_name}，内容校验码 {bytes(opening.digest).hex()[:16]}。",
        "　　".join(_signed(part, signatures) for part in Part),
    ]


def _signed(part: Part, signatures: Sequence[Signature]) -> str:
    found = next((s for s in signatures if s.part == part), None)
    return f"{part.label}：{f'{found.by.name} {_time(found.at)}' if found else _LINE}"


def _time(at: datetime) -> str:
    return f"{at.astimezone(_SHANGHAI):%Y-%m-%d %H:%M}"
