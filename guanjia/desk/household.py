"""What every tab of the household page tells: the unit, its people, its prices, who answers for it."""

from dataclasses import dataclass
from datetime import date

from guanjia.estate.household import UnitFile, sister_units, unit_file
from guanjia.estate.models import Unit, Vehicle, on_day
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
    sisters: list[Unit]
    vehicles: list[Vehicle]
    prices: list[TariffVersion]
    manager: PatchManager | None

    @property
    def unit_ids(self) -> list[int]:
        """The unit and its sisters."""
        return [self.unit.pk, *(sister.pk for sister in self.sisters)]

    @property
    def names(self) -> list[str]:
        """Who holds the title, the debtor first."""
        return [r.party.name for r in self.file.residents if r.tenure.capacity in TITLE_HOLDERS]

    @property
    def notes(self) -> list[str]:
        """What to mind when receiving these people."""
        return [r.party.note for r in self.file.residents if r.party.note]


def household_of(unit: Unit, day: date) -> Household:
    """Read the household of ``unit`` in six statements."""
    sisters = sister_units(unit)
    ids = [unit.pk, *(sister.pk for sister in sisters)]
    return Household(
        unit=unit,
        day=day,
        file=unit_file(unit, day),
        sisters=sisters,
        vehicles=list(
            Vehicle.objects.filter(community=unit.community_id, unit__in=ids).order_by("plate")
        ),
        prices=_prices(unit, day),
        manager=_manager(unit, day),
    )


def _prices(unit: Unit, day: date) -> list[TariffVersion]:
    """Return the versions in force of the tariffs that the unit pays on ``day``."""
    paid = UnitTariff.objects.filter(on_day(day), community=unit.community_id, unit=unit)
    versions = TariffVersion.objects.filter(
        community=unit.community_id, tariff__in=paid.values("tariff"), effective_from__lte=day
    ).order_by("tariff__item__position", "tariff", "-effective_from")
    return list(
        versions.distinct("tariff__item__position", "tariff").select_related("tariff__item")
    )


def _manager(unit: Unit, day: date) -> PatchManager | None:
    """Return who answers for the unit's patch on ``day`` (MODE-2)."""
    here = with_patch(Unit.objects.filter(community=unit.community_id, pk=unit.pk))
    rows = PatchManager.objects.filter(
        on_day(day), community=unit.community_id, patch__in=here.values("patch_id")
    )
    return rows.select_related("patch", "staff").first()


def payer_of(form: PaymentForm, household: Household) -> int | None:
    """Return the tenure that the form names as payer, the debtor's at first; None for anybody else."""
    if form.is_bound:
        return form.cleaned_data.get("payer")
    debtor = household.file.debtor
    return debtor.tenure.pk if debtor else None
