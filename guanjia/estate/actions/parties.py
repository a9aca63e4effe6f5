"""Registering, changing, merging and splitting parties."""

from datetime import datetime

from django.db import transaction

from guanjia.accounts.models import Community, User
from guanjia.core.refusal import Refusal, Refused
from guanjia.estate.models import Party, Tenure, UnitDocument, Vehicle
from guanjia.estate.parties import Particulars, columns, masked
from guanjia.records.actions import journal
from guanjia.records.models import JournalEntry

MERGE = "party.merge"
# What a merge re-points, and a split puts back.
_FOLLOWERS = (Tenure, Vehicle, UnitDocument)


@transaction.atomic
def register_party(
    *, community: Community, particulars: Particulars, by: User, at: datetime
) -> Party:
    """Put a person or organisation on file. Raises TextError for a name that cannot be kept."""
    party = Party.objects.create(community=community, **columns(community.pk, particulars))
    journal(
        community=community,
        by=by,
        at=at,
        action="party.register",
        subject=party,
        after=masked(party),
    )
    return party


@transaction.atomic
def change_party(
    *, party: Party, particulars: Particulars, by: User, at: datetime, reason: str = ""
) -> Party:
    """Replace what is known of a party (资料变更)."""
    party = _locked(party)
    before, note = masked(party), party.note
    for name, value in columns(party.community_id, particulars).items():
        setattr(party, name, value)
    party.save()
    journal(
        community=party.community,
        by=by,
        at=at,
        action="party.change",
        subject=party,
        before=before,
        after=masked(party) | ({"note_changed": True} if party.note != note else {}),
        reason=reason,
    )
    return party


@transaction.atomic
def merge_parties(*, duplicate: Party, into: Party, by: User, at: datetime, reason: str) -> Party:
    """Let ``into`` stand for ``duplicate``; both rows stay, and ``split_party`` undoes it.

    Bills name the party they were issued to and are not touched. Raises Refused.
    """
    # One order of locks for every pair, so that two desks merging the same two never wait in a circle.
    rows = {p.pk: p for p in map(_locked, sorted((duplicate, into), key=lambda p: p.pk))}
    duplicate, into = rows[duplicate.pk], rows[into.pk]
    if duplicate.pk == into.pk:
        raise Refused(Refusal("两份资料是同一份", "请选择另一份重复的资料"))
    if duplicate.merged_into_id or into.merged_into_id:
        raise Refused(Refusal("其中一份已并入他人", "请先拆分，或改选合并后的那一份"))
    community = duplicate.community
    moved: dict[str, list[int]] = {}
    for model in _FOLLOWERS:
        rows_of = model.objects.filter(community=community, party=duplicate)
        moved[model._meta.label_lower] = list(rows_of.order_by("pk").values_list("pk", flat=True))
        rows_of.update(party=into)
    earlier = Party.objects.filter(community=community, merged_into=duplicate)
    moved["estate.party"] = list(earlier.order_by("pk").values_list("pk", flat=True))
    earlier.update(merged_into=into)
    duplicate.merged_into = into
    duplicate.save(update_fields=["merged_into"])
    journal(
        community=community,
        by=by,
        at=at,
        action=MERGE,
        subject=duplicate,
        after={"into": into.pk, "moved": moved},
        reason=reason,
    )
    return into


@transaction.atomic
def split_party(*, party: Party, by: User, at: datetime, reason: str) -> Party:
    """Undo a merge: what the party brought along, as the journal has it, comes back to it."""
    party = _locked(party)
    if party.merged_into_id is None:
        raise Refused(Refusal("这份资料没有并入他人", "不需要拆分"))
    community, holder_id = party.community, party.merged_into_id
    entry = JournalEntry.objects.filter(
        community=community,
        subject=party._meta.label_lower,
        subject_id=party.pk,
        action=MERGE,
    ).latest("pk")
    moved = (entry.after or {})["moved"]
    for model in _FOLLOWERS:
        model.objects.filter(
            community=community, pk__in=moved[model._meta.label_lower], party=holder_id
        ).update(party=party)
    Party.objects.filter(
        community=community, pk__in=moved["estate.party"], merged_into=holder_id
    ).update(merged_into=party)
    party.merged_into = None
    party.save(update_fields=["merged_into"])
    journal(
        community=community,
        by=by,
        at=at,
        action="party.split",
        subject=party,
        before={"into": holder_id},
        reason=reason,
    )
    return party


def _locked(party: Party) -> Party:
    rows = Party.objects.select_for_update(of=("self",)).select_related("community")
    return rows.get(community=party.community_id, pk=party.pk)
