"""The register: every unit with its owners, tenants, family, agents, papers and vehicles."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import chain, islice
from random import Random

from guanjia.demo.layout import BLOCKS, HIGH_RISE, Layout, Place
from guanjia.demo.names import People, chance, pick
from guanjia.demo.office import DOORS, GARBAGE, LIFT, Act, Office
from guanjia.estate.actions import (
    UnitDetails,
    add_building,
    add_unit,
    add_vehicle,
    begin_tenure,
    file_document,
    link_household,
    register_party,
)
from guanjia.estate.models import Building, Party, Unit
from guanjia.estate.parties import Particulars
from guanjia.estate.rules import Terms
from guanjia.estate.states import Capacity, DocumentKind, Matter, PartyKind, UnitKind, UnitStatus
from guanjia.money.tariffs.actions import assign_tariff

SHOWN, SHOWN_SPACE = "3-2-1201", "B1-213"  # the household that the handbook's pictures show
DEVELOPER = "示例置业有限公司"
# Of a hundred flats.
_STATUSES = (
    (UnitStatus.OCCUPIED, 75),
    (UnitStatus.LET, 9),
    (UnitStatus.UNSOLD, 7),
    (UnitStatus.VACANT, 6),
    (UnitStatus.HANDED_OVER, 3),
)
_SOLD = 92  # of a hundred parking spaces and storage rooms
_EXTRAS = ((0, 55), (1, 35), (2, 10))  # parking spaces and storage rooms, of a hundred homes
_BUILT = date(2019, 6, 1)
_RELATIONS = ("配偶", "父亲", "母亲", "儿子", "女儿")


@dataclass(slots=True)
class Home:
    """What one payer comes to the desk for: units of one household, and who pays in which capacity.

    Its owner since ``since`` pays for cycles from that day on: what came before is the former owner's.
    """

    units: list[Unit]
    payers: list[tuple[str, Capacity]] = field(default_factory=list)
    since: date = date.min

    @property
    def main(self) -> Unit:
        """The unit that the receipt names."""
        return self.units[0]

    @property
    def is_developers(self) -> bool:
        """Whether the developer holds it."""
        return self.payers[0][1] is Capacity.DEVELOPER


# What is charged besides at some buildings, and at the shops.
_ALSO = {"1栋": (LIFT,), "5栋": (GARBAGE, DOORS), "商铺": (GARBAGE,)}


class Registrar:
    """Puts the community on file the day before the books begin."""

    def __init__(self, office: Office, people: People, rng: Random) -> None:
        self._office, self._people, self._rng = office, people, rng
        self._act = Act(by=office.supervisor, at=office.opening)
        self._today = office.opening.date()
        self._begins = office.community.cut_over_on or self._today
        self.buildings: dict[str, Building] = {}
        self.homes: list[Home] = []

    def fill(self, layout: Layout) -> None:
        """Register everything."""
        for block in BLOCKS:
            self.buildings[block.name] = add_building(
                community=self._office.community, name=block.name, **self._act
            )
        self._developer = self._register(Particulars(DEVELOPER, PartyKind.ORGANISATION))
        spaces = [place for place in layout.parking() if place.number != SHOWN_SPACE]
        storages = list(layout.storage())
        self._rng.shuffle(spaces)
        cut, storage_cut = (len(places) * _SOLD // 100 for places in (spaces, storages))
        sold = [*spaces[:cut], *storages[:storage_cut]]
        self._rng.shuffle(sold)
        extras = iter(sold)
        for flat in layout.dwellings():
            if flat.number == SHOWN:
                self._show(flat, Place(SHOWN_SPACE, UnitKind.PARKING_SPACE, "地下车位", floor=-1))
            elif (status := pick(self._rng, _STATUSES)) is UnitStatus.UNSOLD:
                self._unsold(flat)
            else:
                self._owned(flat, status, extras)
        for shop in layout.row_of_shops():
            self._shop(shop)
        for place in chain(spaces[cut:], storages[storage_cut:], extras):
            self._unsold(place)

    @property
    def loose_units(self) -> list[Unit]:
        """Units that no building tells the patch of: shops, and what is below ground and unsold."""
        return [home.main for home in self.homes if home.main.building_id is None]

    def _unit(self, place: Place, status: UnitStatus) -> Unit:
        unit = add_unit(
            community=self._office.community,
            building=self.buildings.get(place.building),
            details=UnitDetails(
                place.number,
                place.kind,
                entrance=place.entrance,
                floor=place.floor,
                gross_area=place.gross_area,
                status=status,
            ),
            **self._act,
        )
        tariffs = [place.tariff, *_ALSO.get(place.building or place.tariff, ())]
        if place.kind is UnitKind.DWELLING:
            tariffs.append("高层公摊" if place.tariff == HIGH_RISE else "多层公摊")
        for name in tariffs:
            tariff = self._office.tariffs[name]
            assign_tariff(unit=unit, tariff=tariff, begins_on=self._begins, **self._act)
        return unit

    def _unsold(self, place: Place) -> None:
        unit = self._unit(place, UnitStatus.UNSOLD)
        terms = Terms(Capacity.DEVELOPER, _BUILT, is_debtor=True)
        begin_tenure(unit=unit, party=self._developer, terms=terms, **self._act)
        self.homes.append(Home([unit], [(DEVELOPER, Capacity.DEVELOPER)]))

    def _owned(self, flat: Place, status: UnitStatus, extras: Iterator[Place]) -> None:
        rng = self._rng
        places = [flat, *islice(extras, pick(rng, _EXTRAS))]
        units = [self._unit(place, status) for place in places]
        owner = self._person()
        since = _BUILT + timedelta(days=rng.randrange(1500))
        shared = chance(rng, 20)
        half = Fraction(1, 2) if shared else None
        terms = Terms(Capacity.OWNER, since, is_debtor=True, share=half)
        for unit in units:
            begin_tenure(unit=unit, party=owner, terms=terms, **self._act)
        home = Home(units, [(owner.name, Capacity.OWNER)])
        if shared:
            self._add(home, Terms(Capacity.CO_OWNER, since, share=half, relation="配偶"))
        self._surround(home, status, since)
        if len(units) > 1:
            self._link(home)
            if units[1].kind == UnitKind.PARKING_SPACE:
                plate = self._people.plate()
                add_vehicle(unit=units[1], plate=plate, party=owner, **self._act)
        if chance(rng, 8):
            self._file(units[0], rng.sample(_FILE, rng.randint(5, len(_FILE))), owner)
        self.homes.append(home)

    def _surround(self, home: Home, status: UnitStatus, since: date) -> None:
        """Add who else may come to the desk for the home."""
        rng = self._rng
        if status is UnitStatus.LET:
            begins = self._today - timedelta(days=rng.randrange(20, 300))
            ends = begins + timedelta(days=rng.choice((365, 730, 1095)))
            lease = Terms(
                Capacity.TENANT,
                begins,
                ends,
                document_no=f"租{begins:%Y%m}-{rng.randint(1, 99):02}",
            )
            tenant = self._add(home, lease)
            self._file(home.main, (DocumentKind.LEASE, DocumentKind.ID_COPY), tenant)
        elif status is UnitStatus.OCCUPIED and chance(rng, 35):
            self._add(
                home, Terms(Capacity.HOUSEHOLD_MEMBER, since, relation=rng.choice(_RELATIONS))
            )
        if status is not UnitStatus.OCCUPIED and chance(rng, 15):
            begins = self._today - timedelta(days=rng.randrange(10, 200))
            scope = (
                Matter.PAYMENT,
                *rng.sample((Matter.RELEASE, Matter.FIT_OUT, Matter.REQUEST), 1),
            )
            power = Terms(
                Capacity.AGENT,
                begins,
                begins + timedelta(days=rng.choice((180, 365, 1095))),
                scope=scope,
                document_no=f"委{begins:%Y%m%d}",
            )
            agent = self._add(home, power)
            self._file(home.main, (DocumentKind.POWER_OF_ATTORNEY,), agent)

    def _shop(self, place: Place) -> None:
        unit = self._unit(place, UnitStatus.LET)
        owner = self._person()
        since = _BUILT + timedelta(days=self._rng.randrange(900))
        begin_tenure(
            unit=unit, party=owner, terms=Terms(Capacity.OWNER, since, is_debtor=True), **self._act
        )
        home = Home([unit], [(owner.name, Capacity.OWNER)])
        name = f"示例{self._rng.choice(_TRADES)}（{place.number}）"
        keeper = self._register(
            Particulars(name, PartyKind.ORGANISATION, phone=self._people.phone())
        )
        lease = Terms(Capacity.TENANT, since + timedelta(days=90), document_no=f"铺{since:%Y%m}")
        begin_tenure(unit=unit, party=keeper, terms=lease, **self._act)
        home.payers.append((keeper.name, Capacity.TENANT))
        self.homes.append(home)

    def _show(self, flat: Place, space: Place) -> None:
        """Register the household of the handbook's pictures."""
        home = Home([self._unit(place, UnitStatus.OCCUPIED) for place in (flat, space)])
        owner = self._person("张素珍", note="听力不佳，请放慢语速、写给她看")
        for unit in home.units:
            terms = Terms(Capacity.OWNER, _BUILT, is_debtor=True)
            begin_tenure(unit=unit, party=owner, terms=terms, **self._act)
        home.payers.append((owner.name, Capacity.OWNER))
        member = Terms(Capacity.HOUSEHOLD_MEMBER, _BUILT, relation="配偶")
        self._add(home, member, "李国强")
        power = Terms(
            Capacity.AGENT,
            self._today,
            self._today + timedelta(days=730),
            scope=(Matter.FIT_OUT, Matter.RELEASE),
            document_no="委0001",
        )
        agent = self._add(home, power, "赵敏")
        self._link(home)
        add_vehicle(unit=home.units[1], plate="示A·6H201", party=owner, **self._act)
        self._file(home.main, _FILE[:-1], owner)
        self._file(home.main, (DocumentKind.POWER_OF_ATTORNEY,), agent)
        self.homes.append(home)

    def _link(self, home: Home) -> None:
        household = link_household(main=home.main, others=home.units[1:], **self._act)
        for unit in home.units:
            unit.household = household

    def _add(self, home: Home, terms: Terms, name: str = "") -> Party:
        """Put one more person on the home's main unit; all but agents may pay."""
        party = self._person(name)
        begin_tenure(unit=home.main, party=party, terms=terms, **self._act)
        if terms.capacity is not Capacity.AGENT:
            home.payers.append((party.name, terms.capacity))
        return party

    def _file(self, unit: Unit, kinds: Iterable[DocumentKind], party: Party) -> None:
        for kind in kinds:
            file_document(unit=unit, kind=kind, received_on=self._today, party=party, **self._act)

    def _person(self, name: str = "", note: str = "") -> Party:
        people = self._people
        return self._register(
            Particulars(
                name or people.name(), phone=people.phone(), id_number=people.id_number(), note=note
            )
        )

    def _register(self, particulars: Particulars) -> Party:
        return register_party(
            community=self._office.community, particulars=particulars, **self._act
        )


_TRADES = ("便民超市", "早餐店", "理发店", "药店", "水果店", "快递驿站", "五金店", "面馆")
_FILE = tuple(
    kind
    for kind in DocumentKind
    if kind
    not in (
        DocumentKind.LEASE,
        DocumentKind.POWER_OF_ATTORNEY,
        DocumentKind.TITLE_PROOF,
        DocumentKind.OTHER,
    )
)
