"""Who may be given money back, on what evidence, by whom: pure checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from guanjia.core.money import yuan
from guanjia.core.refusal import Refusal, Verdict
from guanjia.money.payments.rules import Method
from guanjia.money.refunds.states import TRANSITIONS, Evidence, RefundState

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


@dataclass(frozen=True, slots=True)
class Deducting:
    """A line of what is to be kept of a deposit: the charge item, fen, why."""

    item_id: int
    amount_fen: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is asked for, in fen, and what it rests on.

    ``payee_is_owner`` says that whoever left the money receives it in person. ``identity_tail`` are the last four
    characters of the document that was seen; ``receipts`` the numbers handed back, ``loss`` how the receipt was lost.
    ``account`` is where a transfer goes. Of a deposit ``deductions`` are kept, to which the payer agreed on the paper
    that ``consent`` names; its works were looked over on ``checked_on``, says ``check_paper``.
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
    deductions: tuple[Deducting, ...] = ()
    consent: str = ""
    checked_on: date | None = None
    check_paper: str = ""

    @property
    def deducted_fen(self) -> int:
        """All that is kept."""
        return sum(line.amount_fen for line in self.deductions)

    @property
    def out_fen(self) -> int:
        """What goes out."""
        return self.amount_fen - self.deducted_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What there is to give back, in fen, and whose it is.

    ``owners`` are the names that who left it goes by, none where the register knows nobody; ``strange`` are receipts
    handed in that did not leave this money here. Of a deposit ``taken_on`` is the day it came, ``needs_check``
    says that works are looked over before it is given back.
    """

    what: str
    owner: str
    balance_fen: int
    held_fen: int
    owners: tuple[str, ...]
    strange: Sequence[str] = ()
    taken_on: date | None = None
    needs_check: bool = False


def may_request(asking: Asking, left: Left, *, today: date) -> Verdict:
    """Return True, or what the request lacks."""
    if asking.amount_fen <= 0:
        return Refusal("没有填要退的金额", "请填大于零的金额")
    if asking.amount_fen > left.balance_fen - left.held_fen:
        held = f"，其中 {yuan(left.held_fen)} 元已在办退款" if left.held_fen else ""
        return Refusal(
            f"{left.what}余额 {yuan(left.balance_fen)} 元{held}，不够退 {yuan(asking.amount_fen)} 元",
            "请减少退款金额；重复申请的，先撤回前一笔",
        )
    return (
        _may_deduct(asking)
        and _is_checked(asking, left, today)
        and _may_receive(asking, left)
        and _is_proved(asking, left)
    )


def _may_deduct(asking: Asking) -> Verdict:
    """Return True, or why these lines are not kept: each has its reason, and the payer agreed in writing."""
    if any(line.amount_fen <= 0 or not line.reason for line in asking.deductions):
        return Refusal("扣款没有写金额或原因", "请逐行填扣款金额和原因；不扣的行清空")
    if asking.out_fen < 0:
        return Refusal(
            f"扣款共 {yuan(asking.deducted_fen)} 元，超过这次退的 {yuan(asking.amount_fen)} 元",
            "请减少扣款；不够扣的部分，请另外收费",
        )
    if asking.deductions and not asking.consent:
        return Refusal("扣款没有客户签字的依据", "请客户在扣款单上签字，填写扣款单的名称和日期")
    if not asking.out_fen and asking.method is Method.TRANSFER:
        return Refusal("押金全部扣完，没有钱要转账", "请选现金，由收银打印凭证给客户签字")
    return True


def _is_checked(asking: Asking, left: Left, today: date) -> Verdict:
    """Return True, or why the works are not over: a fit-out deposit waits for the completion check."""
    if left.needs_check and not asking.checked_on:
        return Refusal(f"{left.what}要先竣工验收", "请工程部现场验收合格，再填验收日期和验收单号")
    if not asking.checked_on:
        return True
    if not asking.check_paper:
        return Refusal("没有填验收单", "请填验收单的名称或编号")
    if asking.checked_on > today or (left.taken_on and asking.checked_on < left.taken_on):
        return Refusal(
            f"验收日期 {asking.checked_on} 不在收押金那天（{left.taken_on}）到今天之间",
            "请照验收单核对日期",
        )
    return True


def _may_receive(asking: Asking, left: Left) -> Verdict:
    """Return True, or what is missing of whoever receives the money."""
    if asking.method not in WAYS:
        return Refusal(f"不能用{asking.method.label}退款", "请选现金或转账")
    if asking.payee_is_owner and left.owners and asking.payee_name not in left.owners:
        return Refusal(
            f"{left.owner}是{left.owners[0]}，收款人填的是{asking.payee_name}",
            "本人来领的，请照登记填姓名；别人来领的，请选“他人代领”",
        )
    if not asking.payee_is_owner and not asking.payee_why:
        return Refusal(
            f"收款人不是{left.owner}本人，没有写明原因", "请写明为什么由他代领，并收下委托书"
        )
    if not asking.payee_is_owner and not asking.identity_tail:
        return Refusal("没有核对代领人的证件", "请看证件原件，填证件号末四位")
    if asking.method is Method.TRANSFER and not asking.account:
        return Refusal("转账退款没有填收款账户", "请填开户行和账号，户名须是收款人")
    return True


def _is_proved(asking: Asking, left: Left) -> Verdict:
    """Return True, or what the evidence lacks: the original receipt, or a loss declared in person (handbook: deposits)."""
    if asking.evidence is Evidence.RECEIPT:
        if not asking.receipts:
            return Refusal("没有填收回的原收据号", "请抄录收回的收据号；丢了的，选“收据遗失声明”")
        if left.strange:
            return Refusal(
                f"{'、'.join(left.strange)} 不是这笔{left.what}的收据",
                "请核对收据号；作废或红冲了的不算",
            )
        return True
    return _is_declared(asking, left)


def _is_declared(asking: Asking, left: Left) -> Verdict:
    """Return True, or what a declaration of loss lacks: it is the owner's own, who is known by a document."""
    if not asking.payee_is_owner:
        return Refusal(
            f"收据遗失的，要{left.owner}本人来领", "请本人带身份证来办，代领人须交回原收据"
        )
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
