"""The register as a workbook of our own template; what it holds can be imported again."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from guanjia.accounts.models import Community, User
from guanjia.core.calendar import business_date
from guanjia.core.identity import mask_id, mask_phone
from guanjia.core.labelled import Labelled
from guanjia.core.money import Rounding
from guanjia.core.refusal import Refusal, Refused
from guanjia.core.workbook import new_workbook
from guanjia.estate.models import Tenure, Unit, Vehicle
from guanjia.estate.states import Capacity, CustomerTier, Matter, PartyKind, UnitKind, UnitStatus
from guanjia.money.tariffs.models import TariffVersion, UnitTariff
from guanjia.money.tariffs.rules import Anchor, Basis, PartMonth, Timing
from guanjia.money.tariffs.steps import written
from guanjia.onboarding.bulk import copy_rows
from guanjia.onboarding.layouts import OWN, PRICES, REGISTER, VEHICLES, Table
from guanjia.records.actions import journal
from guanjia.records.models import PersonalReveal

_REVEAL = ("at", "by_id", "subject", "subject_id", "field", "reason")
_CHOICES: dict[str, type[Labelled]] = {
    "kind": UnitKind,
    "customer_tier": CustomerTier,
    "status": UnitStatus,
    "party_kind": PartyKind,
    "capacity": Capacity,
    "basis": Basis,
    "anchor": Anchor,
    "timing": Timing,
    "part_month": PartMonth,
    "rounding": Rounding,
}
_YES_NO = ("is_debtor", "is_agency")
_TEMPLATE_ROWS = 5000
_WIDE = {
    "number": 16,
    "name": 14,
    "id_number": 22,
    "phone": 16,
    "fees": 22,
    "steps": 22,
    "evidence": 30,
}

Line = dict[str, Any]


@transaction.atomic
def export_register(
    *, community: Community, by: User | None, at: datetime, reveal_reason: str = ""
) -> bytes:
    """Return the register as it stands today. With a reason phone and ID numbers are in full, each look kept.

    Raises Refused for a reveal by nobody: the audit row needs a person (D7).
    """
    if reveal_reason and by is None:
        raise Refused(Refusal("导出完整号码须记在一个人名下", "请写明经办人的工号"))
    today = business_date(at)
    tenures = _tenures(community, today)
    if reveal_reason and by:
        _keep_reveals(community, tenures, by, at, reveal_reason)
    lines = {
        REGISTER.name: _units(community, tenures, today, in_full=bool(reveal_reason)),
        PRICES.name: _prices(community),
        VEHICLES.name: _vehicles(community),
    }
    content = _workbook(lines)
    journal(
        community=community,
        by=by,
        at=at,
        action="register.export",
        subject=community,
        after={"in_full": bool(reveal_reason)},
        reason=reveal_reason,
    )
    return content


def template() -> bytes:
    """Return the empty template, with the choices offered in its cells."""
    return _workbook({}, offer_choices=True)


def _tenures(community: Community, today: date) -> dict[int, list[Tenure]]:
    by_unit: defaultdict[int, list[Tenure]] = defaultdict(list)
    rows = Tenure.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), community=community)
    for tenure in rows.select_related("party").order_by("unit", "-is_debtor", "pk"):
        by_unit[tenure.unit_id].append(tenure)
    return by_unit


def _keep_reveals(
    community: Community, tenures: dict[int, list[Tenure]], by: User, at: datetime, reason: str
) -> None:
    parties = {t.party_id: t.party for held in tenures.values() for t in held}
    rows = (
        (at, by.pk, "estate.party", party.pk, field, reason[:200])
        for party in parties.values()
        for field in ("phone", "id_number")
        if getattr(party, field)
    )
    copy_rows(PersonalReveal, community, _REVEAL, rows)


def _units(
    community: Community, tenures: dict[int, list[Tenure]], today: date, *, in_full: bool
) -> Iterator[Line]:
    mains = dict(
        Unit.objects.filter(community=community, leads_household=True).values_list(
            "household_id", "number"
        )
    )
    fees: defaultdict[int, list[UnitTariff]] = defaultdict(list)
    rows = UnitTariff.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), community=community)
    for fee in rows.select_related("item", "tariff").order_by("begins_on", "pk"):
        fees[fee.unit_id].append(fee)
    units = Unit.objects.filter(community=community).select_related("building")
    for unit in units.order_by("building__key", "key"):
        first: Line = {
            "number": unit.number,
            # Before a number of one part the building would become part of it.
            "building": unit.building.name if unit.building and "-" in unit.key else "",
            "entrance": unit.entrance,
            "floor": unit.floor,
            "kind": unit.get_kind_display(),
            "gross_area": unit.gross_area,
            "internal_area": unit.internal_area,
            "layout": unit.layout,
            "customer_tier": unit.get_customer_tier_display() if unit.customer_tier else "",
            "status": unit.get_status_display(),
            "handed_over_on": unit.handed_over_on,
            "main": mains.get(unit.household_id, "") if unit.household_id else "",
            **_fees(fees[unit.pk]),
        }
        people = [_person(tenure, in_full=in_full) for tenure in tenures.get(unit.pk, ())]
        yield first | (people[0] if people else {})
        for person in people[1:]:
            yield {"number": unit.number, **person}


def _fees(fees: list[UnitTariff]) -> Line:
    return {
        "fees": "\n".join(f"{fee.item.name}/{fee.tariff.name}" for fee in fees),
        "fees_begin": "\n".join(str(fee.begins_on) for fee in fees),
        "fees_end": "\n".join(str(fee.ends_on or "-") for fee in fees),
    }


def _person(tenure: Tenure, *, in_full: bool) -> Line:
    party = tenure.party
    phone, id_number = party.phone or "", party.id_number or ""
    share = f"{tenure.share_numerator}/{tenure.share_denominator}"
    return {
        "name": party.name,
        "party_kind": party.get_kind_display(),
        "id_number": id_number if in_full else mask_id(id_number),
        "phone": phone if in_full else mask_phone(phone),
        "capacity": tenure.get_capacity_display(),
        "relation": tenure.relation,
        "share": share if tenure.share_numerator else "",
        "begins_on": tenure.begins_on,
        "ends_on": tenure.ends_on,
        "is_debtor": "是" if tenure.is_debtor else "否",
        "scope": "、".join(Matter(matter).label for matter in tenure.scope),
        "document_no": tenure.document_no,
    }


def _prices(community: Community) -> Iterator[Line]:
    rows = TariffVersion.objects.filter(community=community).select_related("tariff__item")
    for version in rows.order_by("tariff__item__name", "tariff__name", "effective_from"):
        yield {
            "item": version.tariff.item.name,
            "tariff": version.tariff.name,
            "effective_from": version.effective_from,
            "basis": version.get_basis_display(),
            "unit_price": version.unit_price.normalize(),
            "addition": Decimal(version.addition_fen) / 100,
            "steps": written(version.price_steps),
            "cycle_months": version.cycle_months,
            "anchor": version.get_anchor_display(),
            "timing": version.get_timing_display(),
            "due_days": version.due_days,
            "part_month": version.get_part_month_display(),
            "rounding": version.get_rounding_display(),
            "is_agency": "是" if version.tariff.item.is_agency else "否",
            "evidence": version.evidence,
        }


def _vehicles(community: Community) -> Iterator[Line]:
    rows = Vehicle.objects.filter(community=community).select_related("unit", "party")
    for vehicle in rows.order_by("unit__key", "plate"):
        yield {
            "number": vehicle.unit.number,
            "plate": vehicle.plate,
            "name": vehicle.party.name if vehicle.party else "",
        }


def _workbook(lines: Mapping[str, Iterable[Line]], *, offer_choices: bool = False) -> bytes:
    with new_workbook() as (book, buffer):
        bold = book.add_format({"bold": True, "bg_color": "#eef2f7", "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        for table in OWN.tables:
            page = book.add_worksheet(table.title)
            page.freeze_panes(1, 1)
            for place, column in enumerate(table.columns):
                page.set_column(place, place, _WIDE.get(column.field, 11), wrapped)
                page.write_string(0, place, column.heading, bold)
                if offer_choices:
                    _offer(page, table, place)
            for at, line in enumerate(lines.get(table.name, ()), 1):
                for place, column in enumerate(table.columns):
                    value = line.get(column.field)
                    if isinstance(value, int | Decimal):
                        page.write_number(at, place, value)
                    elif value:
                        page.write_string(at, place, str(value), wrapped)
    return buffer.getvalue()


def _offer(page: Any, table: Table, place: int) -> None:
    field = table.columns[place].field
    choices = ["是", "否"] if field in _YES_NO else [m.label for m in _CHOICES.get(field, ())]
    if choices:
        rule = {"validate": "list", "source": choices}
        page.data_validation(1, place, _TEMPLATE_ROWS, place, rule)
