"""One of everything that an address may name, in two communities."""

from datetime import date
from typing import Any

from django.core.files.base import ContentFile

from guanjia.accounts.models import Grant, Proposal
from guanjia.accounts.permissions import Permission, Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.accounts.tests.people import enrol
from guanjia.estate.actions.parties import merge_parties
from guanjia.estate.tests.factories import make_building, make_party, make_tenure
from guanjia.money.bills.models import Bill
from guanjia.money.payments.tests.factories import Office, make_office
from guanjia.money.tariffs.models import UnitTariff
from guanjia.onboarding.actions import preview
from guanjia.onboarding.export import template
from guanjia.people.models import Appointment, PatchBuilding, PatchMember, PatchUnit
from guanjia.people.states import Trade
from guanjia.people.tests.factories import make_patch, make_post, make_staff
from guanjia.records.attachments import attach

DAY = date(2026, 1, 1)
ABSENT = {"key": "9-9-9999"}  # the others are numbers, and none is this one:
ABSENT_NUMBER = 999_999_999
VALUES = {"year": 2026, "page": "units"}  # no objects: every value of theirs exists


def samples(office: Office) -> dict[str, Any]:
    """Return a value for each name in an address; ``name@part`` is for addresses with ``part``."""
    place = office.community
    unit = office.unit()
    tenure = make_tenure(unit=unit, party=make_party(community=place))
    office.bill()
    receipt = office.pay(office.owed(unit))
    person = make_user(community=place, role=Role.CLERK)
    enrol(person)
    merged = make_party(community=place, name="李四")
    merge_parties(duplicate=merged, into=tenure.party, by=person, at=MORNING, reason="同一人")
    patch = make_patch(community=place)
    staff = make_staff(community=place)
    rows = {"community": place, "patch": patch}
    paper = attach(
        community=place,
        file=ContentFile(b"%PDF-1.7"),
        name="x.pdf",
        permission=Permission.HOUSEHOLD_READ,
        by=person,
        at=MORNING,
    )
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
        "attachment_id": paper.pk,
        "key": unit.key,
        "party_id": tenure.party_id,
        "party_id@split": merged.pk,
        "other_id": make_party(community=place, name="李四").pk,
        "tenure_id": tenure.pk,
        "desk_id": office.desk.pk,
        "number": receipt.number,
        "extra_id": office.charge(unit).extra_id,
        "bill_id": Bill.objects.get(community=place, run__isnull=False).pk,
        "item_id": office.item.pk,
        "tariff_id": office.tariff.pk,
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
        **VALUES,
    }


def two_offices() -> tuple[dict[str, Any], dict[str, Any], Office]:
    """Return the samples of two communities, and the first one's office."""
    here, there = make_office(), make_office()
    return samples(here), samples(there), here
