"""Which party a person in a workbook is: by ID number and name, else phone and name, else name on the unit."""

from dataclasses import dataclass

from guanjia.core.sealing.fields import ring
from guanjia.estate.states import PartyKind
from guanjia.onboarding.people import kind_of
from guanjia.onboarding.records import PersonRecord
from guanjia.onboarding.registered import Registered
from guanjia.onboarding.row_reader import RowReader

_Key = tuple[bytes | None, str]


@dataclass(slots=True, eq=False)
class Identity:
    """A party on file or to be made. ``phone`` and ``id_number`` hold what is to be written, else None."""

    name: str
    id: int | None = None
    kind: PartyKind = PartyKind.PERSON
    phone: str | None = None
    id_number: str | None = None
    phone_index: bytes | None = None
    id_index: bytes | None = None
    told_phone: bytes | None = None  # what this workbook has told so far
    told_id: bytes | None = None
    is_new: bool = False
    is_used: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether a party on file gets a number."""
        return not self.is_new and bool(self.phone or self.id_number)


class Identities:
    """Resolves people, and remembers whom it has met."""

    def __init__(self, known: Registered, reader: RowReader) -> None:
        self._reader = reader
        self._index = ring().index
        self._by_id: dict[_Key, Identity] = {}
        self._by_phone: dict[_Key, Identity] = {}
        self._on_unit: dict[tuple[str, str], Identity] = {}
        self._resolved: dict[int, Identity] = {}
        self._on_file: dict[int, Identity] = {}
        self.all: list[Identity] = []
        self._load(known)

    def _load(self, known: Registered) -> None:
        for party in known.parties.values():
            if party.merged_into_id is None:
                identity = Identity(
                    party.name, party.id, phone_index=party.phone_index, id_index=party.id_index
                )
                self._on_file[party.id] = identity
        for party in known.parties.values():
            identity = self._on_file[party.merged_into_id or party.id]
            if party.id_index:
                self._by_id.setdefault((bytes(party.id_index), party.name), identity)
            if party.phone_index:
                self._by_phone.setdefault((bytes(party.phone_index), party.name), identity)
        for unit in known.units.values():
            for tenure in known.tenures.get(unit.id, ()):
                identity = self._on_file[tenure.party_id]
                self._on_unit.setdefault((unit.key, identity.name), identity)
        self.all = list(self._on_file.values())

    def name_of(self, party_id: int) -> str:
        """Return the name of a party on file."""
        return self._on_file[party_id].name

    def on_unit(self, key: str, name: str) -> Identity | None:
        """Return who is called ``name`` at a unit."""
        return self._on_unit.get((key, name))

    def resolve(self, person: PersonRecord, unit_key: str) -> Identity:
        """Return the party that ``person`` is; a new one where nobody fits."""
        identity = self._resolved.get(id(person))
        if identity is None:
            identity = self._resolve(person, unit_key)
            self._resolved[id(person)] = identity
        self._on_unit.setdefault((unit_key, person.name), identity)
        return identity

    def _resolve(self, person: PersonRecord, unit_key: str) -> Identity:
        name = person.name
        id_index = phone_index = None
        if person.id_number:
            id_index = self._index(person.id_number, purpose="party.id_number")
        if person.phone:
            phone_index = self._index(person.phone, purpose="party.phone")
        candidates = (
            self._by_id.get((id_index, name)) if id_index else None,
            self._by_phone.get((phone_index, name)) if phone_index else None,
            self._on_unit.get((unit_key, name)),
        )
        for identity in candidates:
            # Two ID numbers in one workbook are two people; one that corrects what is on file is not.
            if identity and not (id_index and identity.told_id and identity.told_id != id_index):
                break
        else:
            identity = Identity(name, kind=kind_of(person), is_new=True)
            self.all.append(identity)
        self._tell(identity, person, id_index, phone_index)
        return identity

    def _tell(
        self,
        identity: Identity,
        person: PersonRecord,
        id_index: bytes | None,
        phone_index: bytes | None,
    ) -> None:
        """Take over the numbers told; the first one told for a person stands."""
        if id_index and identity.told_id is None:
            identity.told_id = id_index
            if identity.id_index != id_index:
                identity.id_index, identity.id_number = id_index, person.id_number
            self._by_id.setdefault((id_index, identity.name), identity)
        if phone_index and identity.told_phone is None:
            identity.told_phone = phone_index
            if identity.phone_index != phone_index:
                identity.phone_index, identity.phone = phone_index, person.phone
            self._by_phone.setdefault((phone_index, identity.name), identity)
        elif phone_index and identity.told_phone != phone_index:
            self._reader.warn(
                person.row, "phone", "同一人前面写的是另一个电话", "按前面的登记；请核对"
            )
