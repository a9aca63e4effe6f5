"""Whether money may move at a desk now. Its open shift is kept above; the desk's row tells it down here.

``Desk.cashiers`` are the people in the open shift and ``Desk.shift_day`` its business day. Both are moved by the
shift's own actions, under the lock of the desk's row: a payment and the end of a shift exclude each other.
"""

from datetime import date

from django.db.models import Sum

from guanjia.accounts.models import User
from guanjia.core.database.advisory import lock_until_commit
from guanjia.core.refusal import Refusal, Refused, Verdict, must
from guanjia.money.ledger.actions import day_lock
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import EntryLine
from guanjia.money.payments.models import Desk

DESK_CLOSED = Refusal("这个收银台刚被停用", "请换一个收银台再收")
NO_SHIFT = Refusal("这个收银台还没有开班", "请到“交班”点备用金开班，再来收；填好的都还在")
COUNTING = Refusal(
    "这个收银台正在盘点交班", "请等交完班、开了新班再收；还要接着收，由盘点的人按“继续收款”"
)
# Without the sum: a drawer is counted blind.
TOO_LITTLE = Refusal("账上这个钱箱里的现金不够退", "请先从银行领备用金；或撤回，改申请转账退款")
NOT_IN_SHIFT = Refusal(
    "这个收银台现在这一班里没有您", "请到“交班”按“加入本班”，再来收；填好的都还在"
)


def may_move_money(
    *, is_active: bool, shift_day: date | None, is_manned: bool, is_in_shift: bool, today: date
) -> Verdict:
    """Return True, or why no money may move at a desk whose shift is of ``shift_day``."""
    if not is_active:
        return DESK_CLOSED
    if shift_day is None:
        return NO_SHIFT
    if not is_manned:
        return COUNTING
    if shift_day != today:
        return Refusal(
            f"现在这一班是 {shift_day} 开的，一班只收一个营业日的款", "请先交班，再开今天的班"
        )
    return True if is_in_shift else NOT_IN_SHIFT


def drawer_of(desk: Desk, *, by: User, today: date) -> Verdict:
    """Return whether ``by`` may move money at ``desk``, as the row was read."""
    return may_move_money(
        is_active=desk.is_active,
        shift_day=desk.shift_day,
        is_manned=bool(desk.cashiers),
        is_in_shift=by.pk in desk.cashiers,
        today=today,
    )


def cash_in(desk: Desk) -> int:
    """Return the cash in the desk's drawer by the books, in fen; what a count differed by is posted too."""
    lines = EntryLine.objects.filter(
        community=desk.community_id, account=Account.CASH, entry__series=desk.series
    )
    return lines.aggregate(fen=Sum("amount_fen"))["fen"] or 0


def hold_drawer(
    *, desk: Desk, by: User, today: date, is_cash: bool = True, out_fen: int = 0
) -> None:
    """Hold the desk's open shift until the surrounding transaction ends; call it before posting to its series.

    Who moves no cash need not be in the shift. ``out_fen`` is what is paid out of it. Raises Refused where there is
    no shift, or less cash in the drawer. Locks in the order of a payment's statement: the business day, the desk's
    row, then the chain.
    """
    lock_until_commit(day_lock(desk.community_id, today), shared=True)
    row = Desk.objects.select_for_update().get(community=desk.community_id, pk=desk.pk)
    must(
        may_move_money(
            is_active=row.is_active,
            shift_day=row.shift_day,
            is_manned=bool(row.cashiers),
            is_in_shift=by.pk in row.cashiers or not is_cash,
            today=today,
        )
    )
    if out_fen and cash_in(desk) < out_fen:
        raise Refused(TOO_LITTLE)
