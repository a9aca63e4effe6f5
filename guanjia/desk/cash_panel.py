"""What the cash desk offers beside the unpaid bills: the ways to pay, why one of them is closed, the lines of deposits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as say

from guanjia.core.money import typed_yuan, yuan
from guanjia.desk.deposits import DepositRows, rows_of
from guanjia.desk.household import Household
from guanjia.money.payments.forms import SPLIT, PaymentForm
from guanjia.money.payments.rules import BY_REFERENCE, Method
from guanjia.money.prepayments.reads import balances_of


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to pay under its key; ``closed`` where it can't be used now, ``words`` then say why."""

    key: int
    value: str
    label: str
    words: str
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One method's line where several pay together; typed values come back as they were."""

    method: Method
    amount: str
    reference: str | None
    tendered: str | None


@dataclass(frozen=True, slots=True)
class CashPanel:
    """``balance_fen`` is what today's debtor has left at the household's units."""

    choices: Sequence[Choice]
    lines: Sequence[Line]
    balance_fen: int
    asks_again: bool
    deposits: DepositRows

    @property
    def balance_yuan(self) -> str:
        """The balance as it is typed into a line."""
        return typed_yuan(self.balance_fen) if self.balance_fen else ""


def cash_panel(household: Household, form: PaymentForm, draft: Mapping[str, Any]) -> CashPanel:
    """Return what the panel shows, in one statement, or two where deposits are half typed in the form or the draft."""
    debtor = household.file.debtor
    party = (debtor.party.merged_into_id or debtor.party.pk) if debtor else None
    kept = balances_of(household.unit.community, household.unit_ids, party)
    balance_fen = sum(balance.fen for balance in kept)
    return CashPanel(
        tuple(_choices(balance_fen)),
        tuple(_lines(form)),
        balance_fen,
        form.asks_again,
        rows_of(form, household.unit.community, draft),
    )


def _choices(balance_fen: int) -> list[Choice]:
    words = {
        Method.STATIC_CODE: say("抄到账单号"),
        Method.POS: say("抄小票号"),
        Method.CASH: say("点钞验钞"),
        Method.TRANSFER: say("对银行流水"),
        Method.PREPAYMENT: f"{say('余额')} {yuan(balance_fen)}" if balance_fen else say("没有余额"),
    }
    closed = () if balance_fen else (Method.PREPAYMENT,)
    ways = [
        Choice(key, method, method.label, words[method], closed=method in closed)
        for key, method in enumerate(Method, 1)
    ]
    return [*ways, Choice(len(ways) + 1, SPLIT, say("组合收款"), say("多种方式"))]


def _lines(form: PaymentForm) -> list[Line]:
    """Return the lines of a payment by several methods, cash last: it takes what is left over."""

    def typed(name: str) -> str:
        return str(form[name].value() or "")

    return [
        Line(
            method,
            typed(f"amount_{method}"),
            typed(f"reference_{method}") if method in BY_REFERENCE else None,
            typed("tendered_cash") if method is Method.CASH else None,
        )
        for method in sorted(Method, key=lambda method: method is Method.CASH)
    ]
