"""What is kept with a unit: its papers and its vehicles."""

from datetime import date, datetime

from django.db import transaction

from guanjia.accounts.models import User
from guanjia.core.refusal import Refusal, Refused
from guanjia.estate.models import Party, Unit, UnitDocument, Vehicle
from guanjia.estate.rules import plate_key
from guanjia.estate.states import DocumentKind
from guanjia.records.actions import journal
from guanjia.records.models import Attachment

_PLATE_LENGTHS = range(5, 13)


@transaction.atomic
def file_document(
    *,
    unit: Unit,
    kind: DocumentKind,
    received_on: date,
    by: User,
    at: datetime,
    title: str = "",
    party: Party | None = None,
    attachment: Attachment | None = None,
) -> UnitDocument:
    """Put a paper into the unit file; ``party`` is whose paper it is, such as a tenant's ID copy."""
    document = UnitDocument.objects.create(
        community=unit.community,
        unit=unit,
        party=party,
        kind=kind,
        title=title or kind.label,
        received_on=received_on,
        attachment=attachment,
    )
    journal(
        community=unit.community,
        by=by,
        at=at,
        action="unit.file",
        subject=unit,
        after={"document": document.pk, "kind": str(kind), "title": document.title},
    )
    return document


@transaction.atomic
def add_vehicle(
    *, unit: Unit, plate: str, by: User, at: datetime, party: Party | None = None
) -> Vehicle:
    """Note a vehicle at a unit; noted twice it stays one. Raises Refused for what is no plate."""
    key = plate_key(plate)
    if len(key) not in _PLATE_LENGTHS:
        raise Refused(Refusal("车牌号长度不对", "请按行驶证填写完整车牌"))
    vehicle, is_new = Vehicle.objects.get_or_create(
        community=unit.community, unit=unit, plate=key, defaults={"party": party}
    )
    if is_new:
        journal(
            community=unit.community,
            by=by,
            at=at,
            action="unit.add_vehicle",
            subject=unit,
            after={"vehicle": vehicle.pk},
        )
    return vehicle
