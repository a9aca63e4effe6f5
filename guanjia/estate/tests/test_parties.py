"""Parties are found by what is known of them, kept sealed, merged and split without loss."""

import pytest
from django.db import IntegrityError, connection, transaction

from guanjia.accounts.tests.factories import MORNING, make_community, make_user
from guanjia.core.refusal import Refused
from guanjia.estate import actions
from guanjia.estate.models import Party, Tenure, Vehicle
from guanjia.estate.parties import Particulars
from guanjia.estate.states import Capacity, PartyKind
from guanjia.estate.tests.factories import make_party, make_tenure, make_unit
from guanjia.records.actions import reveal
from guanjia.records.models import JournalEntry, PersonalReveal

pytestmark = pytest.mark.django_db
PHONE, ID_NUMBER = "13905925520", "350203198001011239"


@pytest.fixture
def community():
    return make_community()


@pytest.fixture
def clerk(community):
    return make_user(community=community)


def register(community, clerk, name="张素珍", **known):
    return actions.register_party(
        community=community, particulars=Particulars(name, **known), by=clerk, at=MORNING
    )


def merge(duplicate, into, clerk):
    actions.merge_parties(
        duplicate=duplicate, into=into, by=clerk, at=MORNING, reason="同一人登记两次"
    )


def split(party, clerk):
    actions.split_party(party=party, by=clerk, at=MORNING, reason="同名不同人")


def tenant_of(community, *parties):
    return [
        make_tenure(unit=make_unit(community=community), party=party, capacity=Capacity.TENANT)
        for party in parties
    ]


def holders(community):
    rows = Tenure.objects.filter(community=community).order_by("pk")
    return list(rows.values_list("party_id", flat=True))


def test_personal_numbers_stand_sealed_in_the_table_and_masked_in_the_journal(community, clerk):
    party = register(community, clerk, phone="139 0592 5520", id_number=ID_NUMBER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT p::text FROM estate_party p WHERE id = %s", [party.pk])
        (raw,) = cursor.fetchone()
    assert PHONE.encode().hex() not in raw
    assert PHONE not in raw
    party = Party.objects.get(community=community, pk=party.pk)
    assert (party.phone, party.id_number) == (PHONE, ID_NUMBER)
    told = str(JournalEntry.objects.get(community=community, action="party.register").after)
    assert "139****5520" in told
    assert ID_NUMBER not in told
    assert party.name not in told


def test_the_journal_tells_that_a_note_changed_and_never_what_it_says(community, clerk):
    party = register(community, clerk, name="张素珍", note="听力不佳")
    for note, told in (("听力不佳", None), ("怀孕", True), ("", True)):
        particulars = Particulars("张素贞", note=note)
        actions.change_party(party=party, particulars=particulars, by=clerk, at=MORNING)
        rows = JournalEntry.objects.filter(community=community, action="party.change")
        assert (rows.latest("pk").after or {}).get("note_changed") is told
    for entry in JournalEntry.objects.filter(community=community):
        kept = f"{entry.before} {entry.after}"
        assert not any(word in kept for word in ("听力", "怀孕", "张素"))


def test_fillers_are_none(community, clerk):
    party = register(community, clerk, phone="无", id_number="000000000000000000")
    assert (party.phone, party.phone_index, party.id_number, party.id_index) == (None,) * 4


def test_id_numbers_may_repeat(community, clerk):
    first = register(community, clerk, id_number=ID_NUMBER)
    second = register(community, clerk, name="张素真", id_number=ID_NUMBER.lower())
    assert first.id_index == second.id_index


def test_an_organisation_keeps_its_credit_code(community, clerk):
    party = register(
        community,
        clerk,
        "示例置业有限公司",
        kind=PartyKind.ORGANISATION,
        id_number="91350100M000100Y43",
    )
    assert party.id_number == "91350100M000100Y43"


def test_a_change_is_journalled_before_and_after(community, clerk):
    party = register(community, clerk, phone=PHONE)
    actions.change_party(
        party=party,
        particulars=Particulars("张素珍", phone="13600000917", note="听力不佳"),
        by=clerk,
        at=MORNING,
        reason="本人到前台更正",
    )
    entries = JournalEntry.objects.filter(community=community, action="party.change")
    phones = entries.values_list("before__phone", "after__phone").get()
    assert phones == ("139****5520", "136****0917")
    party.refresh_from_db()
    assert party.note == "听力不佳"
    assert party.phone_index != register(community, clerk, phone=PHONE).phone_index


def test_a_reveal_gives_the_whole_number_and_leaves_a_row_that_stays(community, clerk):
    party = make_party(community=community, phone=PHONE)
    shown = reveal(subject=party, field="phone", reason="回电", by=clerk, at=MORNING)
    assert shown == PHONE
    row = PersonalReveal.objects.get(community=community)
    assert (row.by, row.subject, row.subject_id, row.field) == (
        clerk,
        "estate.party",
        party.pk,
        "phone",
    )
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")  # even the tables' owner is refused
    for change in (
        lambda: PersonalReveal.objects.filter(community=community).update(reason=""),
        lambda: PersonalReveal.objects.filter(community=community).delete(),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()
    with pytest.raises(TypeError):
        reveal(subject=party, field="name", reason="回电", by=clerk, at=MORNING)


def test_a_merge_brings_everything_along_and_a_split_puts_it_back(community, clerk):
    a, b = make_party(community=community), make_party(community=community)
    tenant_of(community, a, b)
    unit = make_unit(community=community)
    car = actions.add_vehicle(unit=unit, plate="示A6H201", by=clerk, at=MORNING, party=a)
    merge(a, b, clerk)
    assert holders(community) == [b.pk, b.pk]
    assert Vehicle.objects.get(community=community).party == b
    split(a, clerk)
    assert holders(community) == [a.pk, b.pk]
    car.refresh_from_db()
    assert car.party == a
    with pytest.raises(Refused, match="没有并入"):
        split(a, clerk)


@pytest.mark.parametrize("first", ["a", "b"])
def test_merges_of_merges_come_apart_in_either_order(community, clerk, first):
    a, b, c = (make_party(community=community) for _ in range(3))
    tenant_of(community, a, b, c)
    merge(a, b, clerk)
    merge(b, c, clerk)
    a.refresh_from_db()
    assert a.merged_into == c  # never a chain
    assert holders(community) == [c.pk] * 3
    for party in (a, b) if first == "a" else (b, a):
        split(party, clerk)
    assert holders(community) == [a.pk, b.pk, c.pk]
    assert not Party.objects.filter(community=community, merged_into__isnull=False).exists()


def test_what_is_merged_already_is_refused(community, clerk):
    a, b, c = (make_party(community=community) for _ in range(3))
    with pytest.raises(Refused, match="同一份"):
        merge(a, a, clerk)
    merge(a, b, clerk)
    for duplicate, into in ((a, c), (c, a)):
        with pytest.raises(Refused, match="已并入"):
            merge(duplicate, into, clerk)


def test_parties_of_two_communities_never_merge(community, clerk):
    here, there = make_party(community=community), make_party()
    with pytest.raises(Party.DoesNotExist):
        actions.merge_parties(
            duplicate=here,
            into=Party(pk=there.pk, community=community),
            by=clerk,
            at=MORNING,
            reason="",
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.filter(community=community, pk=here.pk).update(merged_into_id=there.pk)
        connection.check_constraints()
