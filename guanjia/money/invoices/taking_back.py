"""Taking a receipt back where invoices are: what was invoiced is red-reversed first."""

from datetime import datetime
from typing import Literal

from django.db import transaction

from guanjia.accounts.models import User
from guanjia.core.database.refusing import refusing
from guanjia.core.refusal import Refusal, Refused
from guanjia.money.invoices.reads import is_standing
from guanjia.money.invoices.rules import STANDS
from guanjia.money.payments.models import Desk, Receipt, Reversal
from guanjia.money.payments.reversing import reverse_payment


def may_let_go(receipt: Receipt) -> Literal[True] | Refusal:
    """Return True, or that an invoice stands on the receipt: the customer deducts what would be given back."""
    return STANDS if is_standing(receipt) else True


@transaction.atomic
def take_back(
    *,
    receipt: Receipt,
    desk: Desk,
    reason: str,
    copy_missing: str,
    may_void: bool,
    may_red: bool,
    by: User,
    at: datetime,
) -> Reversal:
    """Void or reverse the receipt as ``reverse_payment`` does, once no invoice stands on it. Raises Refused."""
    if not (verdict := may_let_go(receipt)):
        raise Refused(verdict)
    with refusing(invoices_receipt_invoiced=STANDS):
        return reverse_payment(
            receipt=receipt,
            desk=desk,
            reason=reason,
            copy_missing=copy_missing,
            may_void=may_void,
            may_red=may_red,
            by=by,
            at=at,
        )
