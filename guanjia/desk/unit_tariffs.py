"""The tariffs of a unit as its household page lists them: what it pays, paid and is to pay."""

from dataclasses import dataclass
from datetime import date

from guanjia.desk.setting_forms import EndForm
from guanjia.estate.models import Unit
from guanjia.money.tariffs.models import UnitTariff


@dataclass(frozen=True, slots=True)
class TariffRow:
    """A tariff with its period, and the form that sets its last day."""

    assigned: UnitTariff
    is_to_come: bool
    is_over: bool
    form: EndForm


def tariffs_of(unit: Unit, day: date, sent: EndForm | None = None) -> list[TariffRow]:
    """Return the unit's tariffs by item, newest first, in one statement; ``sent`` stands in its row."""
    rows = UnitTariff.objects.filter(community=unit.community_id, unit=unit)
    rows = rows.select_related("item", "tariff")
    return [
        TariffRow(
            assigned=assigned,
            is_to_come=assigned.begins_on > day,
            is_over=assigned.ends_on is not None and assigned.ends_on < day,
            form=sent if sent and sent.assigned == assigned else EndForm(assigned=assigned),
        )
        for assigned in rows.order_by("item__position", "item", "-begins_on")
    ]
