"""Who may pay how: pure checks before money is posted."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from guanjia.core.labelled import Labelled
from guanjia.core.money import yuan
from guanjia.core.refusal import Refusal, Verdict
from guanjia.money.deposits.rules import may_hold
from guanjia.money.ledger.chart import Account
from guanjia.money.prepayments.rules import may_draw


class Method(Labelled):
    """How money is taken."""

    STATIC_CODE = "static_code", "收款码"
    POS = "pos", "POS 刷卡"
    CASH = "cash", "现金"
    TRANSFER = "transfer", "转账"
    PREPAYMENT = "prepayment", "预存抵扣"


class ReversalKind(Labelled):
    """How a receipt is taken back."""

    VOID = "void", "作废"
    RED = "red", "红冲"


# Where each method's money lies until finance sees it arrive; a prepayment came long before.
METHOD_ACCOUNTS = {
    Method.CASH: Account.CASH,
    Method.TRANSFER: Account.BANK,
    Method.POS: Account.CARD_CLEARING,
    Method.STATIC_CODE: Account.CODE_CLEARING,
    Method.PREPAYMENT: Account.PREPAID,
}
# Those whose money is seen to arrive by a number on a slip or a statement.
BY_REFERENCE = frozenset({Method.STATIC_CODE, Method.POS, Method.TRANSFER})
# A transfer that arrived longer ago is no matter for the desk.
LONGEST_AGO_DAYS = 366
MOST_DEPOSITS = 3  # lines of one receipt

SEVERAL_DEBTORS = Refusal(
    "勾选的费用不是同一个人欠的，预存只能抵扣本人的",
    "请先单独勾选本人的费用用预存抵扣，其余另收一笔",
)


@dataclass(frozen=True, slots=True)
class Tender:
    """One part of a payment: fen by one method; ``tendered_fen`` is the cash handed over."""

    method: Method
    amount_fen: int
    tendered_fen: int | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Deposit:
    """A deposit to be taken, in fen; ``reference`` says what for."""

    kind_id: int
    amount_fen: int
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the books say at the moment of taking, all in fen.

    ``open_fen`` are the open amounts of those bills asked for that the unit may pay, ``prepaid_fen`` what the
    debtor has left, ``used`` the references that have settled a payment before, ``kinds`` the kinds of deposit in use.
    """

    open_fen: Sequence[int]
    prepaid_fen: int
    used: Sequence[str]
    today: date
    kinds: Collection[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for, all in fen.

    ``expected_fen`` is the sum told to the customer (FEE-R1), of which ``settle_fen`` is paid now, the oldest bills
    first; ``prepay_fen`` is left for bills to come, ``deposits`` are held. ``received_on`` is the day a transfer
    arrived; ``again`` says that a reference rightly pays a second time.
    """

    bills: int
    expected_fen: int
    settle_fen: int
    prepay_fen: int
    tenders: Sequence[Tender]
    deposits: Sequence[Deposit] = ()
    received_on: date | None = None
    again: bool = False

    @property
    def deposit_fen(self) -> int:
        """The deposits' sum."""
        return sum(deposit.amount_fen for deposit in self.deposits)


class Owed(Protocol):
    """Whatever is owed: a bill."""

    @property
    def open_fen(self) -> int:
        """What is still open of it."""


def shares(owed: Sequence[Owed], fen: int) -> Iterator[int]:
    """Yield what each gets of a sum, until it is used up; ``owed`` come in the order they are paid."""
    for each in owed:
        if fen <= 0:
            return
        share = min(each.open_fen, fen)
        fen -= share
        yield share


class ReferenceUsed(Refusal):
    """A reference that has paid before: it may still be one transfer for several households."""


def may_take(wish: Wish, books: Books) -> Verdict:
    """Return True, or why this payment can't be taken: the money taken is always the one from the books."""
    return _may_settle(wish, books) and _may_hold(wish, books) and _may_tender(wish, books)


def _may_settle(wish: Wish, books: Books) -> Verdict:
    total = sum(books.open_fen)
    if not wish.bills and not wish.prepay_fen and not wish.deposits:
        return Refusal("没有选中要收的费用", "用空格键勾选至少一笔，再收款")
    if len(books.open_fen) != wish.bills or not all(books.open_fen):
        return Refusal(
            "选中的费用里有已经收过的", "页面已不是最新：刷新后核对最近往来，再对余下的收款"
        )
    if total != wish.expected_fen:
        return Refusal(
            f"应收金额已变为 {yuan(total)} 元，与告知客户的 {yuan(wish.expected_fen)} 元不同",
            "请刷新，把新的金额告诉客户后再收款",
        )
    if wish.settle_fen > total or wish.settle_fen < 0 or (wish.bills and not wish.settle_fen):
        return Refusal(
            f"本次收 {yuan(wish.settle_fen)} 元，不在 0.01 至应收 {yuan(total)} 元之间",
            "请改本次实收的金额；多出的可以转入预存",
        )
    if wish.prepay_fen < 0:
        return Refusal("预存金额小于零", "请填大于零的预存金额，或留空")
    return True


def _may_hold(wish: Wish, books: Books) -> Verdict:
    """Return True, or why the deposits can't be taken; a prepayment is for bills, not for them."""
    drawn = sum(t.amount_fen for t in wish.tenders if t.method is Method.PREPAYMENT)
    if wish.deposits and drawn > wish.settle_fen:
        return Refusal("预存只能抵扣账单，不能用来交押金", "请用别的方式交押金，或分两次收")
    return may_hold(
        [deposit.amount_fen for deposit in wish.deposits],
        kinds_in_use={deposit.kind_id for deposit in wish.deposits} <= set(books.kinds),
    )


def _may_tender(wish: Wish, books: Books) -> Verdict:
    due = wish.settle_fen + wish.prepay_fen + wish.deposit_fen
    tendered = sum(tender.amount_fen for tender in wish.tenders)
    if tendered != due:
        return Refusal(
            f"各种方式合计 {yuan(tendered)} 元，与本次应收 {yuan(due)} 元不同",
            "请改其中一种方式的金额，使合计相等",
        )
    for tender in wish.tenders:
        verdict = _may_use(tender, again=wish.again, used=books.used)
        if not verdict:
            return verdict
    drawn = sum(t.amount_fen for t in wish.tenders if t.method is Method.PREPAYMENT)
    if drawn and wish.prepay_fen:
        return Refusal("预存不能又用又存", "请去掉预存抵扣，或清空要存入的金额")
    return may_draw(asked_fen=drawn, balance_fen=books.prepaid_fen) and _may_date(wish, books)


def _may_use(tender: Tender, *, again: bool, used: Sequence[str]) -> Verdict:
    method, fen = tender.method, tender.amount_fen
    if fen <= 0:
        return Refusal(f"{method.label}的金额不大于零", "请填大于零的金额，或去掉这一种方式")
    if method is Method.CASH and (tender.tendered_fen is None or tender.tendered_fen < fen):
        return Refusal(f"实收现金不足 {yuan(fen)} 元", "请输入客户递交的现金数额，或减少勾选的费用")
    if method in BY_REFERENCE and not tender.reference.strip():
        return Refusal(f"{method.label}没有填写凭证号", "请看到款到账后，抄录小票或流水上的参考号")
    if tender.reference.strip() in used and not again:
        return ReferenceUsed(
            f"{method.label}参考号 {tender.reference.strip()} 已经用来收过一笔",
            "请核对是否抄错；确是一笔款分缴几户的，勾选“同一笔款分缴”再收",
        )
    return True


def _may_date(wish: Wish, books: Books) -> Verdict:
    """Return True, or why the money can't have come that day: only a transfer arrives before it is seen."""
    if wish.received_on is None or wish.received_on == books.today:
        return True
    if any(tender.method not in BY_REFERENCE for tender in wish.tenders):
        return Refusal("现金和预存没有早先的到账日", "请清空到账日期，或把转账的部分单独收")
    if not 0 <= (books.today - wish.received_on).days <= LONGEST_AGO_DAYS:
        return Refusal(
            f"到账日期 {wish.received_on} 在今天之后，或已过去一年以上",
            "请按银行流水上的日期填写；一年以前的款请交财务处理",
        )
    return True


def reversal_kind(*, taken_on: date, today: date) -> ReversalKind:
    """Return what taking a receipt of that day back is called: void on its own business day, red later."""
    return ReversalKind.VOID if taken_on == today else ReversalKind.RED


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A prepayment as a receipt finds it that left money there: what is left and what refunds hold, in fen.

    ``refunded`` says that some was paid back since.
    """

    left_fen: int = 0
    held_fen: int = 0
    refunded: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """The deposits that a receipt took, in fen: what came, what is left, what of it refunds were asked for."""

    taken_fen: int = 0
    left_fen: int = 0
    asked_fen: int = 0


def may_reverse(
    *,
    kind: ReversalKind,
    reversed_before: bool,
    prepaid_fen: int,
    kept: Kept,
    deposits: Held,
    is_own: bool,
    may_void: bool,
    may_red: bool,
) -> Verdict:
    """Return True, or why a receipt can't be taken back.

    ``prepaid_fen`` is what it added to a prepayment, ``kept`` what became of it there, ``deposits`` what became of
    those that it took. ``is_own`` says that whoever asks took the money: on a later day somebody else has to see it.
    """
    if reversed_before:
        return Refusal("这张收据已经作废或红冲过", "一张收据只能冲一次；请看它的记录")
    if kind is ReversalKind.VOID and not may_void:
        return Refusal("您没有作废收据的权限", "请由收银同事或主管办理")
    if kind is ReversalKind.RED and not may_red:
        return Refusal(
            "收据不是今天开的，不能作废，只能红冲", "请把收据和原因交财务或管理中心主任，由他们红冲"
        )
    if kind is ReversalKind.RED and is_own:
        return Refusal(
            "这笔款是您自己收的，红冲要由别人办", "请把收据和原因交另一位财务或管理中心主任"
        )
    return _may_give_up(prepaid_fen, kept) and _may_undo(deposits)


def _may_give_up(prepaid_fen: int, kept: Kept) -> Verdict:
    """Return True, or why what a receipt left for bills to come can't be taken out again."""
    if kept.held_fen:
        return Refusal(
            "这张收据存入的预存正在办退款", "请先等退款付完，或撤回退款申请；两样只能办一样"
        )
    if kept.refunded:
        return Refusal(
            "这张收据存入的预存已经退过款，不能再冲",
            "余下的预存，存错了户的请转到另一处，不要了的请申请退款",
        )
    if kept.left_fen < prepaid_fen:
        return Refusal(
            f"这张收据存入的预存已用掉一部分，只剩 {yuan(kept.left_fen)} 元",
            "请先冲掉用这笔预存付的收据，再冲这一张",
        )
    return True


def _may_undo(deposits: Held) -> Verdict:
    """Return True, or why the deposits that a receipt took are not whole any more."""
    if deposits.asked_fen:
        return Refusal(
            "这张收据收的押金正在办退款", "请先等退款付完，或撤回退款申请；两样只能办一样"
        )
    if deposits.left_fen < deposits.taken_fen:
        return Refusal(
            f"这张收据收的押金已退掉或扣掉一部分，只剩 {yuan(deposits.left_fen)} 元",
            "余下的押金按退款办理，不能再冲收据",
        )
    return True


class PrintFault(Labelled):
    """Why a sheet is of no use."""

    JAM = "jam", "卡纸"
    BLANK = "blank", "白纸或字迹不清"
    CUT = "cut", "没对齐、裁断"


FARTHEST = 200  # tenths of a millimetre a printer's offset may be
FEW_FORMS = 20  # three-part forms left when the desk is reminded
