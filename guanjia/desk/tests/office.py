"""An office at work: a community with a desk, a household that owes, and people signed in."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from guanjia.accounts.models import Community, User
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_community, make_user
from guanjia.accounts.tests.people import client_of
from guanjia.core.calendar import Month
from guanjia.estate.models import Party, Unit
from guanjia.estate.tests.factories import make_party, make_tenure, make_unit
from guanjia.money.bills.actions import issue_bills
from guanjia.money.bills.models import Bill
from guanjia.money.closing.actions import join_shift
from guanjia.money.closing.reads import open_shift_at
from guanjia.money.closing.tests.factories import begin_shift
from guanjia.money.payments.models import Desk, Receipt
from guanjia.money.payments.rules import Method, Tender
from guanjia.money.payments.taking import Taking, take_payment
from guanjia.money.tariffs.actions import Price, add_item, add_tariff, assign_tariff
from guanjia.money.tariffs.models import Tariff
from guanjia.money.tariffs.rules import Basis


@dataclass
class Office:
    """What most tests of the desk begin with."""

    community: Community
    desk: Desk
    cashier: User
    owner: Party
    unit: Unit
    tariff: Tariff

    def url(self, route: str, *args: object) -> str:
        return reverse(f"desk:{route}", args=[self.community.code, *args])

    def page(self, unit: Unit | None = None) -> str:
        return self.url("household", (unit or self.unit).key)

    def man(self, user: User, desk: Desk | None = None) -> None:
        """Have somebody else in the open shift of the desk; another desk's is opened."""
        desk = desk or self.desk
        if shift := open_shift_at(self.community, desk.pk):
            join_shift(shift=shift, by=user, at=timezone.now())
        else:
            begin_shift(desk, by=user, at=timezone.now())

    def bills(self, unit: Unit | None = None) -> list[Bill]:
        return list(Bill.objects.open_of(self.community, [(unit or self.unit).pk]))

    def charge(self, *months: int, unit: Unit | None = None) -> list[Bill]:
        """Let the unit pay the tariff, and issue 2026's months."""
        unit = unit or self.unit
        if unit != self.unit:
            begins = date(2026, 1, 1)
            assign_tariff(unit=unit, tariff=self.tariff, begins_on=begins, by=None, at=MORNING)
        for month in months:
            list(
                issue_bills(community=self.community, month=Month(2026, month), by=None, at=MORNING)
            )
        return self.bills(unit)

    def paying(self, bills: list[Bill] | None = None, **changes: object) -> dict[str, object]:
        """Return what the cash desk sends for ``bills``; changed fields override."""
        bills = self.bills() if bills is None else bills
        payer = self.unit.tenures.get(community=self.community, is_debtor=True, ends_on=None)
        total = sum(bill.open_fen for bill in bills)
        return {
            "unit": self.unit.key,
            "bill": [bill.pk for bill in bills],
            "expected_fen": total,
            "method": "cash",
            "tendered": f"{total / 100:.2f}",
            "reference": "",
            "payer": payer.pk,
            "payer_name": "",
            "key": uuid4(),
            **changes,
        }

    def prepay(self, fen: int) -> Receipt:
        """Let the unit's debtor leave cash for bills to come."""
        taking = Taking(
            unit_id=self.unit.pk,
            prepay_fen=fen,
            tenders=(Tender(Method.CASH, fen, fen),),
            payer_name="张素珍",
            payer_capacity="业主",
        )
        return take_payment(
            community=self.community,
            desk=self.desk,
            taking=taking,
            key=uuid4(),
            by=self.cashier,
            at=timezone.now(),
        )


def make_office(*months: int) -> Office:
    """Open an office whose unit 3-2-1201, 98.62 m² at 2.40, owes these months of 2026."""
    community = make_community(service_phone="0000-1234567")
    unit = make_unit(community=community, number="3-2-1201")
    owner = make_party(community=community, name="张素珍", phone="13912345520")
    make_tenure(unit=unit, party=owner)
    item = add_item(community=community, name="物业服务费", by=None, at=MORNING)
    tariff = add_tariff(
        item=item,
        name="高层住宅",
        price=Price(Basis.GROSS_AREA, Decimal("2.40")),
        effective_from=date(2026, 1, 1),
        evidence="前期物业服务合同第五条",
        by=None,
        at=MORNING,
    )
    assign_tariff(unit=unit, tariff=tariff, begins_on=date(2026, 1, 1), by=None, at=MORNING)
    office = Office(
        community=community,
        desk=Desk.objects.create(community=community, name="前台一", first_number=7444),
        cashier=make_user(community=community, role=Role.CASHIER, name="陈晓雯"),
        owner=owner,
        unit=unit,
        tariff=tariff,
    )
    office.charge(*months)
    begin_shift(office.desk, by=office.cashier, at=timezone.now())
    return office


def signed_in(user: User) -> Client:
    """Return a browser in which ``user`` has gone through the whole sign-in."""
    return client_of(user)


def staff(office: Office, role: Role) -> Client:
    """Return the browser of somebody with ``role`` in the office's community."""
    return signed_in(make_user(community=office.community, role=role))


@contextmanager
def statements():
    """Collect the SQL statements of a block, BEGIN, COMMIT and savepoints apart."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    bookkeeping = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET ")
    found += [q["sql"] for q in captured if not q["sql"].startswith(bookkeeping)]
