"""The community on paper: its 600 units, the same every time. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from guanjia.estate.states import UnitKind

HIGH_RISE, MULTI_STOREY = "高层住宅", "多层住宅"


@dataclass(frozen=True, slots=True)
class Block:
    """A building of dwellings: ``doors`` holds the gross area in m² of each door on a landing."""

    name: str
    tariff: str
    entrances: int
    floors: int
    doors: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A unit to be: ``tariff`` is the line of the price list that it pays."""

    number: str
    kind: UnitKind
    tariff: str
    building: str = ""
    entrance: str = ""
    floor: int | None = None
    gross_area: Decimal | None = None


BLOCKS = (
    Block("1栋", HIGH_RISE, 2, 24, (Decimal("118.35"), Decimal("89.47"))),
    Block("2栋", HIGH_RISE, 2, 24, (Decimal("118.35"), Decimal("89.47"))),
    Block("3栋", HIGH_RISE, 2, 26, (Decimal("98.62"), Decimal("127.80"))),
    Block("4栋", MULTI_STOREY, 3, 6, (Decimal("86.15"), Decimal("104.30"))),
    Block("5栋", MULTI_STOREY, 3, 6, (Decimal("86.15"), Decimal("104.30"))),
)
_FIRST_SPACE = 101


@dataclass(frozen=True, slots=True)
class Layout:
    """How much of everything there is."""

    blocks: tuple[Block, ...]
    shops: int
    spaces: int
    storages: int

    def dwellings(self) -> Iterator[Place]:
        """Yield the flats, such as 3-2-1201."""
        for block in self.blocks:
            building = block.name.removesuffix("栋")
            for entrance in range(1, block.entrances + 1):
                for floor in range(1, block.floors + 1):
                    for door, area in enumerate(block.doors, start=1):
                        yield Place(
                            f"{building}-{entrance}-{floor}{door:02}",
                            UnitKind.DWELLING,
                            block.tariff,
                            building=block.name,
                            entrance=str(entrance),
                            floor=floor,
                            gross_area=area,
                        )

    def row_of_shops(self) -> Iterator[Place]:
        """Yield the shops on the street."""
        for number in range(1, self.shops + 1):
            area = Decimal("42.50") + Decimal("7.35") * (number * 5 % 11)
            yield Place(f"商铺S-{number:02}", UnitKind.SHOP, "商铺", floor=1, gross_area=area)

    def parking(self) -> Iterator[Place]:
        """Yield the parking spaces below ground."""
        for number in range(_FIRST_SPACE, _FIRST_SPACE + self.spaces):
            yield Place(f"B1-{number}", UnitKind.PARKING_SPACE, "地下车位", floor=-1)

    def storage(self) -> Iterator[Place]:
        """Yield the storage rooms below ground."""
        for number in range(1, self.storages + 1):
            area = Decimal("6.20") + Decimal("0.45") * (number % 7)
            name = f"储藏室K-{number:02}"
            yield Place(name, UnitKind.STORAGE, "储藏室", floor=-1, gross_area=area)


WHOLE = Layout(BLOCKS, shops=16, spaces=150, storages=66)  # 600 units
