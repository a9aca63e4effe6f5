"""What the rooms add to the audit's busy office: their rows, their tables, their faults."""

from guanjia.estate.models import Unit
from guanjia.money.audit.tests.bill_faults import BILL_FAULTS
from guanjia.money.audit.tests.closing_faults import CLOSING_FAULTS, CLOSING_TABLES, closed_office
from guanjia.money.audit.tests.discount_faults import (
    DISCOUNT_FAULTS,
    DISCOUNT_TABLES,
    discounting_office,
)
from guanjia.money.audit.tests.invoice_faults import (
    INVOICE_FAULTS,
    INVOICE_TABLES,
    invoicing_office,
)
from guanjia.money.audit.tests.liability_faults import (
    LIABILITY_FAULTS,
    LIABILITY_TABLES,
    holds_deposits,
)
from guanjia.money.audit.tests.opening_faults import OPENING_FAULTS, OPENING_TABLES, live_office
from guanjia.money.audit.tests.refund_faults import (
    REFUND_FAULTS,
    REFUND_TABLES,
    refunding_office,
)
from guanjia.money.payments.tests.factories import Office

ROOM_TABLES = (
    *CLOSING_TABLES,
    *DISCOUNT_TABLES,
    *INVOICE_TABLES,
    *LIABILITY_TABLES,
    *OPENING_TABLES,
    *REFUND_TABLES,
)
ROOM_FAULTS = (
    BILL_FAULTS
    | CLOSING_FAULTS
    | DISCOUNT_FAULTS
    | INVOICE_FAULTS
    | LIABILITY_FAULTS
    | OPENING_FAULTS
    | REFUND_FAULTS
)


def busy_rooms(office: Office, first: Unit, second: Unit) -> None:
    """Have deposits held and days closed, money given back, discounts granted, invoices issued, and ``office`` go live."""
    holds_deposits(office, first, second)
    closed_office()
    refunding_office()
    discounting_office()
    invoicing_office()
    live_office(office, office.unit("50.00"))
