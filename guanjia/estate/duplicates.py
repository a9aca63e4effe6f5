"""Who on file may be the person that is being typed in, so that nobody is registered twice."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q

from guanjia.accounts.models import Community
from guanjia.core.calendar import business_date
from guanjia.core.text import normalise
from guanjia.estate.models import Party, Tenure, on_day
from guanjia.estate.parties import Particulars, columns, wanted_keys
from guanjia.estate.states import Capacity

MOST = 5


@dataclass(frozen=True, slots=True)
class Likeness:
    """A party, what of it agrees (姓名, 电话, 证件号), and what it is to which units today."""

    party: Party
    agrees: tuple[str, ...]
    holds: tuple[str, ...]


def alike(
    community: Community, particulars: Particulars, *, but: Party | None = None
) -> list[Likeness]:
    """Return the parties with the same name, phone or ID number, best first, in two statements.

    Raises TextError for a name that cannot be kept.
    """
    wanted = columns(community.pk, particulars)
    same = Q(search_keys__contains=wanted_keys(community.pk, wanted["name"]), name=wanted["name"])
    for index in ("phone_index", "id_index"):
        if wanted[index] is not None:
            same |= Q(**{index: wanted[index]})
    rows = Party.objects.filter(same, community=community, merged_into=None)
    if but is not None:
        rows = rows.exclude(pk=but.pk)
    parties = list(rows.order_by("pk")[:MOST])
    holds = held_by(community, parties)
    found = [Likeness(p, tuple(_agreeing(p, wanted)), holds[p.pk]) for p in parties]
    return sorted(found, key=lambda like: -len(like.agrees))


def held_by(community: Community, parties: list[Party]) -> dict[int, tuple[str, ...]]:
    """Return what each party is to which units today, such as ``3-2-1201 业主``, in one statement."""
    lines: defaultdict[int, list[str]] = defaultdict(list)
    rows = Tenure.objects.filter(
        on_day(business_date(datetime.now(UTC))), community=community, party__in=parties
    )
    for tenure in rows.select_related("unit").order_by("unit__key"):
        word = tenure.relation or Capacity(tenure.capacity).label
        lines[tenure.party_id].append(f"{tenure.unit.number} {word}")
    return {party.pk: tuple(lines[party.pk]) for party in parties}


def _agreeing(party: Party, wanted: dict[str, object]) -> list[str]:
    words = []
    if normalise(party.name) == normalise(str(wanted["name"])):
        words.append("姓名")
    if wanted["phone"] and party.phone == wanted["phone"]:
        words.append("电话")
    if wanted["id_number"] and party.id_number == wanted["id_number"]:
        words.append("证件号")
    return words
