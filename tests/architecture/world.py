"""One of everything that an address may name, in two communities."""

from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from guanjia.accounts.models import Community, Grant, Proposal, User
from guanjia.accounts.permissions import Permission, Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.accounts.tests.people import enrol
from guanjia.estate.actions.parties import merge_parties
from guanjia.estate.tests.factories import make_building, make_party, make_tenure
from guanjia.money.bills.models import Bill
from guanjia.money.closing.actions import (
    ask_reopening,
    close_day,
    start_counting,
    submit_count,
)
from guanjia.money.closing.models import Shift
from guanjia.money.closing.tests.factories import begin_shift, end_shift, the_shift
from guanjia.money.deposits.models import DepositKind
from guanjia.money.deposits.tests.factories import held_by, take_deposit
from guanjia.money.discounts.tests.factories import a_rule, draft
from guanjia.money.discounts.tests.factories import ask as ask_discount
from guanjia.money.invoices.tests import factories as invoicing
from guanjia.money.opening.tests.factories import CUT_OVER, arrear, balances, post
from guanjia.money.payments.models import Desk
from guanjia.money.payments.rules import Method
from guanjia.money.payments.tests.factories import Office, make_office
from guanjia.money.refunds.tests.factories import approve, ask, leave, pay, prepayment_by
from guanjia.money.tariffs.models import UnitTariff
from guanjia.onboarding.actions import preview
from guanjia.onboarding.export import template
from guanjia.onboarding.opening.actions import preview as preview_opening
from guanjia.onboarding.tests.openings import OWED, opening_workbook
from guanjia.people.models import Appointment, PatchBuilding, PatchMember, PatchUnit
from guanjia.people.states import Trade
from guanjia.people.tests.factories import make_patch, make_post, make_staff
from guanjia.reception.states import VisitState
from guanjia.reception.tests.factories import make_call, make_visit
from guanjia.records.attachments import attach
from guanjia.records.models import Attachment

DAY = date(2026, 1, 1)
ABSENT = {"key": "9-9-9999"}  # the others are numbers, and none is this one:
ABSENT_NUMBER = 999_999_999
_PARTS = ("count", "handover", "banking")  # pages of a shift at that stage
VALUES = {
    "year": 2026,
    "page": "units",
    "day": "2026-11-23",
}  # no objects: every value of theirs exists


def a_shift(office: Office, part: str) -> Shift:
    """Return a shift of today at a desk of its own, as far as the page of that name needs it."""
    now = timezone.now()
    desk = Desk.objects.create(community=office.community, name=f"台{part}", prefix=part[:6])
    shift = begin_shift(desk, by=office.cashier, at=now)
    if part != "banking":
        start_counting(shift=shift, by=office.cashier, at=now)
    if part == "handover":
        submit_count(shift=shift, notes={100_00: 1}, by=office.cashier, at=now)
    return shift


def closings(office: Office) -> dict[str, Any]:
    """Return an ended shift and others on their way, a closed day and a request to open it again."""
    act: dict[str, Any] = {"by": office.cashier, "at": MORNING}
    witness = make_user(community=office.community)
    ended = end_shift(the_shift(office.desk), **act).shift
    day = {"community": office.community, "day": ended.business_date}
    close = close_day(**day, taken={}, witness=witness, **act)
    return {
        "shift_id": ended.pk,
        **{f"shift_id@{part}": a_shift(office, part).pk for part in _PARTS},
        "close_id": close.pk,
        "request_id": ask_reopening(closed_day=close.closed_day, reason="又来一户", **act).pk,
    }


def refunds(office: Office) -> dict[str, Any]:
    """Return a prepayment with a refund at each stage that has a page of its own, and a deposit."""
    receipt = leave(office, office.unit())
    bank = {"method": Method.TRANSFER, "account": "工行 6222020000001234"}
    return {
        "prepayment_id": prepayment_by(receipt).pk,
        "refund_id": ask(office, receipt, 10_00).pk,
        "refund_id@payment": approve(ask(office, receipt, 10_00)).pk,
        "refund_id@transfer": approve(ask(office, receipt, 10_00, **bank)).pk,
        "held_id": held_by(take_deposit(office, office.unit())).pk,
        "refund_id@voucher": pay(office, approve(ask(office, receipt, 10_00))).refund_id,
    }


def invoices(office: Office) -> dict[str, Any]:
    """Return an invoice that is asked for, and one that was issued."""
    issued = invoicing.record(invoicing.ask(invoicing.paid(office)))
    return {
        "invoice_id": invoicing.ask(invoicing.paid(office)).pk,
        "invoice_id@reversal": issued.invoice_id,
    }


def discounts(office: Office) -> dict[str, Any]:
    """Return a rule and a grant of it that wait for approval: each address acts on what it may."""
    rule = a_rule(office)
    return {
        "discount_rule_id": draft(office, name="员工优惠").pk,
        "discount_id": ask_discount(rule, office.unit(), DAY).pk,
    }


def a_paper(place: Community, by: User) -> Attachment:
    """Return a scan that readers of households may open."""
    return attach(
        community=place,
        file=ContentFile(b"%PDF-1.7"),
        name="x.pdf",
        permission=Permission.HOUSEHOLD_READ,
        by=by,
        at=MORNING,
    )


def samples(office: Office) -> dict[str, Any]:
    """Return a value for each name in an address; ``name@part`` is for addresses with ``part``."""
    place = office.community
    unit = office.unit()
    tenure = make_tenure(unit=unit, party=make_party(community=place))
    office.bill()
    receipt = office.pay(office.owed(unit))
    extra = office.charge(unit)
    person = make_user(community=place, role=Role.CLERK)
    enrol(person)
    merged = make_party(community=place, name="李四")
    merge_parties(duplicate=merged, into=tenure.party, by=person, at=MORNING, reason="同一人")
    visit = make_visit(community=place, unit=unit, state=VisitState.HELD)
    patch = make_patch(community=place)
    staff = make_staff(community=place)
    rows = {"community": place, "patch": patch}
    paper = a_paper(place, person)
    before_closing = refunds(office) | invoices(office)
    return {
        "community": place.code,
        "user_id": person.pk,
        "proposal_id": Proposal.objects.create(
            community=place, user=person, kind="password", asked_by=person, asked_at=MORNING
        ).pk,
        "grant_id": Grant.objects.get(user=person).pk,
        "factor_id": person.second_factors.get().pk,
        "import_id": preview(
            community=place, content=template(), file_name="x.xlsx", by=person, at=MORNING
        ).pk,
        "import_id@opening": opening_file(office).pk,
        "opening_id": post(office, balances(arrear(unit, office.item, month=1))).opening.pk,
        "attachment_id": paper.pk,
        "key": unit.key,
        "visit_id": visit.pk,
        "call_id": make_call(community=place, visit=visit).pk,
        "party_id": tenure.party_id,
        "party_id@split": merged.pk,
        "other_id": make_party(community=place, name="李四").pk,
        "tenure_id": tenure.pk,
        "desk_id": office.desk.pk,
        **closings(office),
        "number": receipt.number,
        "extra_id": extra.extra_id,
        "bill_id": Bill.objects.get(community=place, unit=unit, run__isnull=False).pk,
        "item_id": office.item.pk,
        "tariff_id": office.tariff.pk,
        "kind_id": DepositKind.objects.filter(community=place).earliest("pk").pk,
        "assigned_id": UnitTariff.objects.get(community=place, unit=unit).pk,
        "patch_id": patch.pk,
        "member_id": PatchMember.objects.create(
            staff=staff, trade=next(iter(Trade)), begins_on=DAY, **rows
        ).pk,
        "rule_id@places": PatchBuilding.objects.create(
            building=make_building(community=place), **rows
        ).pk,
        "rule_id@exceptions": PatchUnit.objects.create(unit=unit, **rows).pk,
        "department_id": staff.department_id,
        "staff_id": staff.pk,
        "post_id": make_post(department=staff.department, role=Role.GUARD).pk,
        "building_id": make_building(community=place).pk,
        "appointment_id": Appointment.objects.create(
            community=place,
            staff=staff,
            post=make_post(department=staff.department, role=Role.CLERK),
            begins_on=DAY,
        ).pk,
        **before_closing,
        **discounts(office),
        **VALUES,
    }


def opening_file(office: Office) -> Any:
    """Return a workbook of opening balances that was looked at, at an office that went live this month."""
    office.community.cut_over_on = CUT_OVER
    office.community.save()
    return preview_opening(
        community=office.community,
        content=opening_workbook(OWED),
        file_name="x.xlsx",
        by=office.cashier,
        at=MORNING,
    )


def two_offices() -> tuple[dict[str, Any], dict[str, Any], Office]:
    """Return the samples of two communities, and the first one's office."""
    here, there = make_office(), make_office()
    return samples(here), samples(there), here
