"""Who may be given money back, on what evidence, by whom: pure checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from guanjia.core.money import yuan
from guanjia.core.refusal import Refusal
from guanjia.money.payments.rules import Method
from guanjia.money.refunds.states import TRANSITIONS, Evidence, RefundState

Verdict = Literal[True] | Refusal

# Cash goes out of a desk's drawer, a transfer from the bank account; other ways back are a receipt's reversal.
WAYS = (Method.CASH, Method.TRANSFER)
DECIDED = Refusal("这笔退款刚由别人办了", "请刷新，看它现在到了哪一步")
_STAGES = {
    RefundState.REQUESTED: Refusal("这笔退款还没有批准", "请主管、财务或主任先批准"),
    RefundState.APPROVED: Refusal("这笔退款已经批准", "请付款，或撤回"),
    RefundState.PAID: Refusal("这笔退款已经付了", "请看它的退款凭证"),
    RefundState.REFUSED: Refusal("这笔退款已被驳回", "请看驳回的原因；补齐后重新申请"),
    RefundState.WITHDRAWN: Refusal("这笔退款已经撤回", "还要退的，请重新申请"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is asked for, in fen, and what it rests on.

    ``payee_is_owner`` says that whoever left the money receives it in person. ``identity_tail`` are the last four
    characters of the document that was seen; ``receipts`` the numbers handed back, ``loss`` how the receipt was lost.
    ``account`` is where a transfer goes.
    """

    amount_fen: int
    method: Method
    reason: str
    payee_name: str
    payee_is_owner: bool = True
    payee_why: str = ""
    identity_tail: str = ""
    evidence: Evidence = Evidence.RECEIPT
    receipts: tuple[str, ...] = ()
    loss: str = ""
    account: str = ""


def may_request(
    asking: Asking, *, balance_fen: int, held_fen: int, owner: str, strange: Sequence[str]
) -> Verdict:
    """Return True, or what the request lacks.

    ``owner`` is the name of who left the money, '' where the register knows none; ``strange`` are receipts that did
    not leave this money here.
    """
    if asking.amount_fen <= 0:
        return Refusal("没有填要退的金额", "请填大于零的金额")
    if asking.amount_fen > balance_fen - held_fen:
        held = f"，其中 {yuan(held_fen)} 元已在办退款" if held_fen else ""
        return Refusal(
            f"预存余额 {yuan(balance_fen)} 元{held}，不够退 {yuan(asking.amount_fen)} 元",
            "请减少退款金额；重复申请的，先撤回前一笔",
        )
    return _may_receive(asking, owner) and _is_proved(asking, strange)


def _may_receive(asking: Asking, owner: str) -> Verdict:
    """Return True, or what is missing of whoever receives the money."""
    if asking.method not in WAYS:
        return Refusal(f"不能用{asking.method.label}退款", "请选现金或转账")
    if asking.payee_is_owner and owner and asking.payee_name != owner:
        return Refusal(
            f"存款人是{owner}，收款人填的是{asking.payee_name}",
            "本人来领的，请照登记填姓名；别人来领的，请选“他人代领”",
        )
    if not asking.payee_is_owner and not asking.payee_why:
        return Refusal("收款人不是存款人本人，没有写明原因", "请写明为什么由他代领，并收下委托书")
    if not asking.payee_is_owner and not asking.identity_tail:
        return Refusal("没有核对代领人的证件", "请看证件原件，填证件号末四位")
    if asking.method is Method.TRANSFER and not asking.account:
        return Refusal("转账退款没有填收款账户", "请填开户行和账号，户名须是收款人")
    return True


def _is_proved(asking: Asking, strange: Sequence[str]) -> Verdict:
    """Return True, or what the evidence lacks: the original receipt, or a loss declared in person (handbook: deposits)."""
    if asking.evidence is Evidence.RECEIPT:
        if not asking.receipts:
            return Refusal("没有填收回的原收据号", "请抄录收回的收据号；丢了的，选“收据遗失声明”")
        if strange:
            return Refusal(
                f"收据 {'、'.join(strange)} 没有存过这笔预存", "请核对收据号；作废或红冲了的不算"
            )
        return True
    return _is_declared(asking)


def _is_declared(asking: Asking) -> Verdict:
    """Return True, or what a declaration of loss lacks: it is the owner's own, who is known by a document."""
    if not asking.payee_is_owner:
        return Refusal("收据遗失的，要存款人本人来领", "请本人带身份证来办，代领人须交回原收据")
    if not asking.identity_tail:
        return Refusal("收据遗失的，没有核对本人证件", "请看证件原件，填证件号末四位")
    if not asking.loss:
        return Refusal("没有写明收据怎样遗失", "请照客户的声明写明，并请客户签字")
    return True


def may_become(state: RefundState, wanted: RefundState) -> Verdict:
    """Return True, or what the refund is at already."""
    return True if wanted in TRANSITIONS[state] else _STAGES[state]


def may_decide(state: RefundState, *, is_applicant: bool) -> Verdict:
    """Return True, or why this person does not approve or refuse the refund."""
    if not (verdict := may_become(state, RefundState.APPROVED)):
        return verdict
    if is_applicant:
        return Refusal(
            "自己申请的退款，不能自己批准", "请主管、财务或主任另一个人批准；不退了的可以撤回"
        )
    return True


def may_withdraw(state: RefundState) -> Verdict:
    """Return True, or why there is nothing to withdraw."""
    return may_become(state, RefundState.WITHDRAWN)


def may_pay(
    state: RefundState, *, method: Method, way: Method, is_applicant: bool, is_approver: bool
) -> Verdict:
    """Return True, or why this person does not pay it; ``way`` is how they are about to."""
    if not (verdict := may_become(state, RefundState.PAID)):
        return verdict
    if method is not way:
        return Refusal(
            f"申请的是{method.label}退款，不是{way.label}", "要换方式的，请撤回后重新申请"
        )
    if is_applicant or is_approver:
        role = "申请" if is_applicant else "批准"
        return Refusal(f"这笔退款是您{role}的，付款要由第三个人办", "请另一位有付款权限的同事付款")
    return True
