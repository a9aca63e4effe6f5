"""What every tab of the household page tells: the unit, its people, its prices, who answers for it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from guanjia.core.database.written import written_once
from guanjia.estate.household import Kin, UnitFile, kin_of, unit_file
from guanjia.estate.models import Unit, on_day
from guanjia.estate.states import TITLE_HOLDERS
from guanjia.money.payments.forms import PaymentForm
from guanjia.money.tariffs.models import TariffVersion, UnitTariff
from guanjia.people.models import PatchManager
from guanjia.people.patches import with_patch


@dataclass(frozen=True, slots=True)
class Household:
    """A unit with what shares its household, on one day."""

    unit: Unit
    day: date
    file: UnitFile
    kin: Kin
    prices: list[TariffVersion]
    manager: PatchManager | None

    @property
    def unit_ids(self) -> list[int]:
        """The unit and its sisters."""
        return [self.unit.pk, *(sister.pk for sister in self.kin.sisters)]

    @property
    def names(self) -> list[str]:
        """Who holds the title, the debtor first."""
        return [r.party.name for r in self.file.residents if r.tenure.capacity in TITLE_HOLDERS]

    @property
    def notes(self) -> list[str]:
        """What to mind when receiving these people."""
        return [r.party.note for r in self.file.residents if r.party.note]


def household_of(unit: Unit, day: date) -> Household:
    """Read the household of ``unit`` in five statements."""
    community = unit.community_id
    return Household(
        unit=unit,
        day=day,
        file=unit_file(unit, day),
        kin=kin_of(unit),
        prices=_prices(community, unit.pk, day),
        manager=next(iter(_manager(community, unit.pk, day)), None),
    )


@written_once
def _prices(community: int, unit: int, day: date) -> QuerySet[TariffVersion]:
    """Return the versions in force of the tariffs that the unit pays on ``day``."""
    paid = UnitTariff.objects.filter(on_day(day), community=community, unit=unit)
    versions = TariffVersion.objects.filter(
        community=community, tariff__in=paid.values("tariff"), effective_from__lte=day
    ).order_by("tariff__item__position", "tariff", "-effective_from")
    return versions.distinct("tariff__item__position", "tariff").select_related("tariff__item")


@written_once
def _manager(community: int, unit: int, day: date) -> QuerySet[PatchManager]:
    """Return who answers for the unit's patch on ``day`` (MODE-2)."""
    here = with_patch(Unit.objects.filter(community=community, pk=unit))
    rows = PatchManager.objects.filter(
        on_day(day), community=community, patch__in=here.values("patch_id")
    )
    return rows.select_related("patch", "staff").order_by("pk")[:1]


def payer_of(form: PaymentForm, household: Household) -> int | None:
    """Return the tenure that the form names as payer, the debtor's at first; None for anybody else."""
    if form.is_bound:
        return form.cleaned_data.get("payer")
    debtor = household.file.debtor
    return debtor.tenure.pk if debtor else None
