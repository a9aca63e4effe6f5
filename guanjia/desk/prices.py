"""The price list as a page shows it: every version of every tariff, and which is in force."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from guanjia.accounts.models import Community
from guanjia.money.tariffs.models import ChargeItem, Tariff, TariffVersion


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A version of a tariff; ``leads`` marks the tariff's newest, which stands first."""

    tariff: Tariff
    version: TariffVersion
    leads: bool
    in_force: bool
    is_to_come: bool


def price_list(community: Community, day: date) -> list[tuple[ChargeItem, list[PriceLine]]]:
    """Return the items in their order, each with its lines, in two statements."""
    lines: defaultdict[int, list[PriceLine]] = defaultdict(list)
    rows = TariffVersion.objects.filter(community=community).select_related("tariff")
    led: set[int] = set()
    in_force: set[int] = set()
    for version in rows.order_by("tariff", "-effective_from"):
        tariff, to_come = version.tariff, version.effective_from > day
        line = PriceLine(
            tariff=tariff,
            version=version,
            leads=tariff.pk not in led,
            in_force=not to_come and tariff.pk not in in_force,
            is_to_come=to_come,
        )
        led.add(tariff.pk)
        if not to_come:
            in_force.add(tariff.pk)
        lines[tariff.item_id].append(line)
    items = ChargeItem.objects.filter(community=community).order_by("position", "pk")
    return [(item, lines[item.pk]) for item in items]
