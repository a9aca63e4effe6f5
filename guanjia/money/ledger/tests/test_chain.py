"""Every entry is a link: in its own series, in order, tied to the one before it (L10)."""

import hashlib
from datetime import date

import pytest
from django.db import transaction

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_community, make_user
from guanjia.money.ledger.actions import Line, post
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import Entry, EntryKind, EntryLine, Head, Link

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)


@pytest.fixture
def office():
    community = make_community()
    return community, make_user(community=community, role=Role.CASHIER)


@transaction.atomic
def posted(office, fen, series="desk 1"):
    community, by = office
    lines = [Line(Account.CASH, fen), Line(Account.RECEIVABLE, -fen)]
    return post(
        community=community,
        kind=EntryKind.PAYMENT,
        business_date=DAY,
        lines=lines,
        by=by,
        series=series,
    )


def hash_after(before: bytes, entry: Entry) -> bytes:
    """Spell the entry as the design does, without the database's help."""
    lines = EntryLine.objects.filter(entry=entry).order_by("pk")
    told = ",".join(
        f"{line.pk}:{line.account}:{line.amount_fen}:{line.unit_id or 0}" for line in lines
    )
    words = f"{entry.pk}|{entry.kind}|{DAY}|{entry.by_id or 0}|{entry.reverses_id or 0}|{told}"
    return hashlib.sha256(before + words.encode()).digest()


def test_each_link_holds_the_hash_of_all_before_it(office):
    before = b""
    for position, fen in enumerate((100, 2_500, 7), 1):
        entry = posted(office, fen)
        link = Link.objects.get(entry=entry)
        before = hash_after(before, entry)
        assert (link.series, link.position, bytes(link.hash)) == ("desk 1", position, before)
    head = Head.objects.get(series="desk 1")
    assert (head.position, bytes(head.hash)) == (3, before)


def test_desks_and_communities_count_by_themselves(office):
    elsewhere = make_community()
    posted(office, 5)
    posted(office, 6, series="desk 2")
    posted((elsewhere, office[1]), 7)
    assert list(Link.objects.values_list("position", flat=True)) == [1, 1, 1]


def test_what_is_rolled_back_leaves_no_link(office):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        posted(office, 5)
        raise ZeroDivisionError
    assert posted(office, 6)
    assert Link.objects.get().position == 1
