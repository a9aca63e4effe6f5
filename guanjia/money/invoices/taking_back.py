"""Taking a receipt back where invoices are: what was invoiced is red-reversed first."""

from datetime import datetime

from django.db import transaction

from guanjia.accounts.models import User
from guanjia.core.database.refusing import refusing
from guanjia.core.refusal import Verdict, must
from guanjia.money.invoices.reads import is_standing
from guanjia.money.invoices.rules import STANDS
from guanjia.money.payments.models import Desk, Receipt, Reversal
from guanjia.money.payments.reversing import reverse_payment


def may_let_go(receipt: Receipt) -> Verdict:
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
    must(may_let_go(receipt))
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
