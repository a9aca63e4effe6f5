"""The one way from a person's particulars to the columns that hold them: sealed, indexed, searchable."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from guanjia.core.identity import (
    check_id,
    check_organisation_code,
    check_phone,
    mask_id,
    mask_name,
    mask_phone,
    phone_tail,
)
from guanjia.core.sealing.fields import ring
from guanjia.core.text import clean, query_keys, search_keys
from guanjia.estate.models import Party
from guanjia.estate.states import PartyKind


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is known of a party, as typed."""

    name: str
    kind: PartyKind = PartyKind.PERSON
    phone: str = ""
    id_number: str = ""
    note: str = ""


def columns(community_id: int, particulars: Particulars) -> dict[str, Any]:
    """Return a party's columns, the derived ones included.

    Fillers typed for want of a number become none; a doubtful number is kept, for forms and imports
    to warn of. Raises TextError for a name that cannot be kept.
    """
    name = clean(particulars.name, limit=100)
    is_person = particulars.kind is PartyKind.PERSON
    check = check_id if is_person else check_organisation_code
    return {
        "kind": particulars.kind,
        **named(community_id, name),
        **phoned(check_phone(particulars.phone).number or None),
        **identified(check(particulars.id_number).number or None),
        "note": particulars.note,
    }


def named(community_id: int, name: str) -> dict[str, Any]:
    """Return the columns that follow from a clean name."""
    return {"name": name, "search_keys": scoped(community_id, search_keys(name))}


def phoned(phone: str | None) -> dict[str, Any]:
    """Return the columns that follow from a normalised phone number."""
    return {
        "phone": phone,
        "phone_index": phone_index(phone) if phone else None,
        "phone_tail_index": phone_tail_index(phone_tail(phone)) if phone else None,
    }


def identified(id_number: str | None) -> dict[str, Any]:
    """Return the columns that follow from a normalised ID number."""
    return {"id_number": id_number, "id_index": id_index(id_number) if id_number else None}


def scoped(community_id: int, keys: Iterable[str]) -> list[str]:
    """Prefix search keys by their community, so that one plain index serves each alone."""
    prefix = f"{community_id}:"
    return [prefix + key for key in keys]


def wanted_keys(community_id: int, text: str) -> list[str]:
    """Return the keys that a party called ``text`` carries; empty when nothing searchable was typed."""
    return scoped(community_id, query_keys(text))


def phone_index(phone: str) -> bytes:
    """Return the blind index of a whole normalised phone number."""
    return ring().index(phone, purpose="party.phone")


def id_index(id_number: str) -> bytes:
    """Return the blind index of a normalised ID number."""
    return ring().index(id_number, purpose="party.id_number")


def phone_tail_index(tail: str) -> bytes:
    """Return the blind index of a phone number's last four digits."""
    return ring().index(tail, purpose="party.phone_tail")


def masked(party: Party) -> dict[str, Any]:
    """Return what the journal may keep of a party; the note may tell of someone's health, so it stays out."""
    is_person = party.kind == PartyKind.PERSON
    return {
        "kind": str(party.kind),
        "name": mask_name(party.name) if is_person else party.name,
        "phone": mask_phone(party.phone or ""),
        "id_number": mask_id(party.id_number or ""),
    }
