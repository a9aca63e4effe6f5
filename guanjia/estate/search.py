"""The omnibox: whatever a clerk types leads to a unit, in at most four statements."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import QuerySet

from guanjia.accounts.access import Standing
from guanjia.accounts.models import Community
from guanjia.accounts.permissions import Permission
from guanjia.core.calendar import business_date
from guanjia.core.identity import mask_phone, normalise_phone
from guanjia.core.labelled import Labelled
from guanjia.core.text import normalise
from guanjia.core.unit_number import UnitNumberError, candidates, unit_key
from guanjia.estate.models import Party, Tenure, Unit, Vehicle, on_day
from guanjia.estate.parties import phone_index, phone_tail_index, wanted_keys
from guanjia.estate.rules import holds_on, plate_key
from guanjia.estate.states import TITLE_HOLDERS

_TAIL_DIGITS = 4
_PHONE_DIGITS = 7
_PLATE_LENGTH = 4
_PARTIES = 60


class Match(Labelled):
    """How a unit was found, best first."""

    UNIT = "unit", "房号"
    PHONE = "phone", "电话"
    PLATE = "plate", "车牌"
    NAME = "name", "姓名"
    FORMER = "former", "原住户"


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the omnibox. ``detail`` says what matched: a person with a masked phone, or a plate."""

    key: str
    number: str
    names: tuple[str, ...]  # who holds the title today
    match: Match
    detail: str = ""


_Found = tuple[Unit, Match, str]


def find(standing: Standing, text: str, limit: int = 12) -> list[Hit]:
    """Return the units that ``text`` may mean, one line each, in the community of ``standing``.

    Takes a unit number in any spelling or its beginning, a phone or its last four digits, a plate's
    beginning, a name or its pinyin initials. Nobody without the right to read households finds any.
    """
    text = normalise(text)
    if not text or not standing.may(Permission.HOUSEHOLD_READ):
        return []
    community, today = standing.community, business_date(datetime.now(UTC))
    best: dict[int, _Found] = {}
    for unit, match, detail in (
        *_by_number(community, text, limit),
        *_by_plate(community, text, limit),
        *sorted(_by_party(community, text, today), key=lambda found: found[1] is Match.FORMER),
    ):
        best.setdefault(unit.pk, (unit, match, detail))
    found = list(best.values())[:limit]
    names = _title_holders(community, [unit.pk for unit, _, _ in found], today)
    return [
        Hit(unit.key, unit.number, tuple(names[unit.pk]), match, detail)
        for unit, match, detail in found
    ]


def find_parties(standing: Standing, text: str, limit: int = 12) -> list[Party]:
    """Return the parties that ``text`` may mean: a name, its pinyin initials, a phone or its tail."""
    text = normalise(text)
    if not text or not standing.may(Permission.HOUSEHOLD_READ):
        return []
    parties, _ = _parties(standing.community, text)
    return list(parties.filter(merged_into=None).order_by("name", "pk")[:limit])


def _by_number(community: Community, text: str, limit: int) -> Iterator[_Found]:
    if not any(char.isdigit() for char in text):
        return
    try:
        key = unit_key(text)
    except UnitNumberError:
        return
    exact = list(dict.fromkeys([*(candidates(text) if text.isdecimal() else ()), key]))
    rows = Unit.objects.filter(community=community)
    # The prefix is read off the key's own index, in its order, and stops at the limit.
    begins = rows.filter(key__startswith=key).order_by("key")[:limit]
    place = {each: rank for rank, each in enumerate(exact)}
    for unit in sorted(
        rows.filter(key__in=exact).union(begins),
        key=lambda unit: (place.get(unit.key, len(exact)), unit.key),
    ):
        yield unit, Match.UNIT, ""


def _by_plate(community: Community, text: str, limit: int) -> Iterator[_Found]:
    plate = plate_key(text)
    if len(plate) < _PLATE_LENGTH or plate.isdecimal() or plate.isalpha():
        return
    rows = Vehicle.objects.filter(community=community, plate__startswith=plate)
    for vehicle in rows.select_related("unit").order_by("plate")[:limit]:
        yield vehicle.unit, Match.PLATE, vehicle.plate


def _by_party(community: Community, text: str, today: date) -> Iterator[_Found]:
    parties, match = _parties(community, text)
    rows = Tenure.objects.filter(
        community=community,
        begins_on__lte=today,
        party__in=parties.order_by("name", "pk")[:_PARTIES],
    )
    for tenure in rows.select_related("party", "unit").order_by("party__name", "unit__key"):
        person = " ".join(filter(None, (tenure.party.name, mask_phone(tenure.party.phone or ""))))
        yield tenure.unit, match if holds_on(tenure, today) else Match.FORMER, person


def _parties(community: Community, text: str) -> tuple[QuerySet[Party], Match]:
    rows = Party.objects.filter(community=community)
    phone = normalise_phone(text)
    digits = sum(char.isdigit() for char in phone)
    if text.isdecimal() and digits == _TAIL_DIGITS:
        return rows.filter(phone_tail_index=phone_tail_index(text)), Match.PHONE
    if digits >= _PHONE_DIGITS:
        return rows.filter(phone_index=phone_index(phone)), Match.PHONE
    keys = [] if text.isdecimal() else wanted_keys(community.pk, text)
    return (rows.filter(search_keys__contains=keys) if keys else rows.none()), Match.NAME


def _title_holders(community: Community, units: list[int], today: date) -> dict[int, list[str]]:
    names: defaultdict[int, list[str]] = defaultdict(list)
    if units:
        rows = Tenure.objects.filter(
            on_day(today), community=community, unit__in=units, capacity__in=TITLE_HOLDERS
        )
        for unit, name in rows.order_by("-is_debtor", "pk").values_list("unit_id", "party__name"):
            names[unit].append(name)
    return names
