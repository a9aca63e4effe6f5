"""What of a receipt may be invoiced, under which name, and what is recorded: pure checks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from guanjia.core.identity import Kind, check_organisation_code, check_phone, mask_phone
from guanjia.core.identity import Verdict as Identity
from guanjia.core.money import yuan
from guanjia.core.refusal import Refusal, Verdict
from guanjia.money.invoices.states import TRANSITIONS, InvoiceState, TitleKind

_NUMBER = re.compile(r"[0-9]{20}")  # 数电票: year, region, channel and serial number
_EMAIL = re.compile(r"[^@\s]{1,64}@(?:[0-9A-Za-z-]+\.)+[A-Za-z]{2,20}")
LONGEST_AGO_DAYS = 366

NO_RECEIPTS = Refusal("没有选要开票的收据", "请至少选一张")
CLAIMED = Refusal(
    "选中的收据刚由别人申请了开票", "请刷新，看它的发票；要换抬头的，先撤回或红冲那一张"
)
TAKEN_BACK = Refusal("选中的收据刚由别人作废或红冲了", "请刷新，只选有效的收据")
NUMBER_USED = Refusal("这个发票号码已经登记过", "请核对号码；在“发票”里按号码能查到那一张")
STANDS = Refusal(
    "这张收据已经申请或开了发票", "还没开的，请先撤回开票申请；已开的，请财务先红冲发票，再来办理"
)
_STAGES = {
    InvoiceState.REQUESTED: Refusal("这张发票还没有开", "请财务开出后登记号码，或退回、撤回申请"),
    InvoiceState.RECORDED: Refusal("这张发票已经开了", "开了的发票不能撤回，只能由财务红冲"),
    InvoiceState.REJECTED: Refusal("这个申请已被退回", "请看退回的原因；改好后重新申请"),
    InvoiceState.WITHDRAWN: Refusal("这个申请已经撤回", "还要开的，请重新申请"),
    InvoiceState.REVERSED: Refusal("这张发票已经红冲", "还要开的，请重新申请"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Under which name an invoice is asked for; ``send_to`` is a mobile or an e-mail address, or ''."""

    title_kind: TitleKind
    title: str
    tax_number: str = ""
    send_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFacts:
    """A receipt as the books have it: what of it may be invoiced and what is taken of that, in fen."""

    number: str
    payer_name: str
    invoiceable_fen: int
    claimed_fen: int
    taken_back: bool

    @property
    def free_fen(self) -> int:
        """What may still be invoiced of it."""
        return 0 if self.taken_back else self.invoiceable_fen - self.claimed_fen


def may_request(asking: Asking, receipts: Sequence[ReceiptFacts]) -> Verdict:
    """Return True, or why no invoice can be asked for; there is at least one receipt."""
    for receipt in receipts:
        if not (judgement := may_invoice(receipt)):
            return judgement
    if len({receipt.payer_name for receipt in receipts}) > 1:
        return Refusal("选中的收据不是同一个缴款人的", "请每个缴款人各开一张")
    return _may_name(asking)


def may_invoice(receipt: ReceiptFacts) -> Verdict:
    """Return True, or why nothing of the receipt can be invoiced (发票管理办法 18: the payee of income issues it)."""
    if receipt.taken_back:
        return Refusal(f"收据 {receipt.number} 已作废或红冲", "请只选有效的收据")
    if not receipt.invoiceable_fen:
        return Refusal(
            f"收据 {receipt.number} 收的是押金、预存或代收代付款，没有可以开票的费用",
            "押金和代收款凭收据；预存等抵扣账单时，凭抵扣的收据开票",
        )
    if receipt.claimed_fen:
        return Refusal(
            f"收据 {receipt.number} 已经申请或开过发票",
            "请看它的发票；要换抬头的，先撤回或红冲那一张",
        )
    return True


def _may_name(asking: Asking) -> Verdict:
    """Return True, or what the name lacks: an organisation deducts by its code, a person has none."""
    if not asking.title.strip():
        return Refusal("没有填抬头", "请填客户要的发票抬头；个人填姓名")
    if asking.title_kind is TitleKind.ORGANISATION:
        checked = check_organisation_code(asking.tax_number)
        if checked.verdict is Identity.PLACEHOLDER:
            return Refusal("单位抬头没有填税号", "请对照营业执照填 18 位统一社会信用代码")
        if checked.verdict is not Identity.OK:
            reason, _, remedy = checked.message.partition("，")
            return Refusal(reason, remedy)
    if asking.send_to and not is_address(asking.send_to):
        return Refusal("发送到的不是手机号或邮箱", "请填 11 位手机号或邮箱地址，或留空")
    return True


def is_address(text: str) -> bool:
    """Whether an e-invoice can be sent there: a mobile number or an e-mail address."""
    return bool(_EMAIL.fullmatch(text)) or check_phone(text).kind is Kind.MOBILE


def masked(send_to: str) -> str:
    """Return where an invoice is sent to with its middle hidden: ``139****5520``, ``z**@example.com``."""
    name, at, host = send_to.partition("@")
    return f"{name[:1]}**@{host}" if at else mask_phone(name)


def may_become(state: InvoiceState, wanted: InvoiceState) -> Verdict:
    """Return True, or what the invoice is at already."""
    return True if wanted in TRANSITIONS[state] else _STAGES[state]


def may_record(
    state: InvoiceState,
    *,
    amount_fen: int,
    asked_fen: int,
    number: str,
    issued_on: date,
    today: date,
    number_used: bool,
) -> Verdict:
    """Return True, or why what was typed can't be this request's invoice; ``asked_fen`` is what it was asked for."""
    if not (judgement := may_become(state, InvoiceState.RECORDED)):
        return judgement
    if amount_fen != asked_fen:
        return Refusal(
            f"发票金额 {yuan(amount_fen)} 元，与申请的 {yuan(asked_fen)} 元不同",
            "请核对抄录；确实开错的，在税务平台红冲后按申请的金额重开",
        )
    return _may_number(number, number_used=number_used) and _may_date(
        issued_on, today=today, after=None
    )


def may_reverse(
    state: InvoiceState,
    *,
    number: str,
    issued_on: date,
    today: date,
    blue_on: date | None,
    number_used: bool,
) -> Verdict:
    """Return True, or why the invoice issued on ``blue_on`` can't be red-reversed by what was typed."""
    if not (judgement := may_become(state, InvoiceState.REVERSED)):
        return judgement
    return _may_number(number, number_used=number_used) and _may_date(
        issued_on, today=today, after=blue_on
    )


def _may_number(number: str, *, number_used: bool) -> Verdict:
    if not _NUMBER.fullmatch(number):
        return Refusal("数电票号码不是 20 位数字", "请照发票右上角的号码抄录")
    return NUMBER_USED if number_used else True


def _may_date(issued_on: date, *, today: date, after: date | None) -> Verdict:
    if after and issued_on < after:
        return Refusal(f"红字发票的日期在原发票 {after} 之前", "请照红字发票上的开票日期填写")
    if not 0 <= (today - issued_on).days <= LONGEST_AGO_DAYS:
        return Refusal("开票日期在今天之后，或已过去一年以上", "请照发票上的开票日期填写")
    return True
