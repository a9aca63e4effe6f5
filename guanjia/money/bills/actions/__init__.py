"""The verbs of bills: issuing a month's, and taking something off one."""

from guanjia.money.bills.actions.extras import Charging, add_charge
from guanjia.money.bills.actions.reductions import (
    cancel_bill,
    discount_issued,
    reduce_bill,
    round_off,
)
from guanjia.money.bills.actions.runs import Batch, issue_bills

__all__ = [
    "Batch",
    "Charging",
    "add_charge",
    "cancel_bill",
    "discount_issued",
    "issue_bills",
    "reduce_bill",
    "round_off",
]
