"""Who is, will be and was what to a unit, for the page that keeps the register."""

from dataclasses import dataclass, field
from datetime import date

from guanjia.estate.models import Tenure, Unit
from guanjia.estate.rules import holds_on
from guanjia.estate.states import TITLE_HOLDERS, Capacity

_ORDER = {capacity: place for place, capacity in enumerate(Capacity)}


@dataclass(slots=True)
class Residents:
    """A unit's tenures as of one day; each list in the order of its capacities."""

    now: list[Tenure] = field(default_factory=list)
    to_come: list[Tenure] = field(default_factory=list)
    over: list[Tenure] = field(default_factory=list)

    @property
    def has_debtor(self) -> bool:
        """Whether somebody owes the unit's charges now or later."""
        return any(tenure.is_debtor for tenure in (*self.now, *self.to_come))

    @property
    def has_owner(self) -> bool:
        """Whether somebody holds the title, the developer apart."""
        owners = {*TITLE_HOLDERS} - {Capacity.DEVELOPER}
        return any(tenure.capacity in owners for tenure in (*self.now, *self.to_come))

    @property
    def staying(self) -> list[Tenure]:
        """Who stays when the title passes: a sale does not break a lease (民法典 725)."""
        return [tenure for tenure in self.now if tenure.capacity == Capacity.TENANT]

    @property
    def leaving(self) -> list[Tenure]:
        """Whose tenure ends when the title passes."""
        return [tenure for tenure in self.now if tenure.capacity != Capacity.TENANT]


def residents_of(unit: Unit, day: date) -> Residents:
    """Read everybody registered at ``unit`` in one statement."""
    rows = Tenure.objects.filter(community=unit.community_id, unit=unit).select_related("party")
    found = Residents()
    for tenure in sorted(rows, key=lambda t: (not t.is_debtor, _ORDER[Capacity(t.capacity)], t.pk)):
        if holds_on(tenure, day):
            found.now.append(tenure)
        else:
            (found.to_come if tenure.begins_on > day else found.over).append(tenure)
    return found
