"""What is on file that opening balances refer to: units, who lives there, items, kinds of deposits, desks."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models.functions import Coalesce

from guanjia.accounts.models import Community
from guanjia.estate.models import Tenure, Unit
from guanjia.money.deposits.models import DepositKind
from guanjia.money.payments.models import Desk
from guanjia.money.tariffs.models import ChargeItem


@dataclass(frozen=True, slots=True)
class Held:
    """What somebody is, or was, to a unit."""

    party_id: int
    name: str
    begins_on: date
    ends_on: date | None
    is_debtor: bool

    def covers(self, day: date) -> bool:
        """Whether it holds on ``day``."""
        return self.begins_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Known:
    """A community's units by key, people by unit; items, kinds of deposits and desks by name."""

    units: dict[str, int]
    people: dict[int, list[Held]]
    items: dict[str, ChargeItem]
    kinds: dict[str, int]
    desks: dict[str, Desk]

    def debtor_on(self, unit_id: int, day: date) -> Held | None:
        """Return who owes the unit's charges on ``day``."""
        held = self.people.get(unit_id, ())
        return next((each for each in held if each.is_debtor and each.covers(day)), None)

    def named(self, unit_id: int, name: str) -> set[int]:
        """Return the people of this name who are or were at the unit."""
        return {each.party_id for each in self.people.get(unit_id, ()) if each.name == name}


def known_of(community: Community) -> Known:
    """Read it: five statements."""
    people: defaultdict[int, list[Held]] = defaultdict(list)
    rows = Tenure.objects.filter(community=community).values_list(
        "unit_id",
        Coalesce("party__merged_into_id", "party_id"),
        Coalesce("party__merged_into__name", "party__name"),
        "begins_on",
        "ends_on",
        "is_debtor",
    )
    for unit_id, *held in rows.order_by("unit", "pk"):
        people[unit_id].append(Held(*held))
    return Known(
        dict(Unit.objects.filter(community=community).values_list("key", "pk")),
        people,
        {item.name: item for item in ChargeItem.objects.filter(community=community)},
        dict(DepositKind.objects.filter(community=community).values_list("name", "pk")),
        {desk.name: desk for desk in Desk.objects.filter(community=community)},
    )
