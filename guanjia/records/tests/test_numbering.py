"""Numbers without gaps: a rollback gives one back, two at once get two."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from guanjia.accounts.tests.factories import make_community
from guanjia.records.actions import next_number
from guanjia.records.models import NumberSeries

pytestmark = pytest.mark.django_db
KIND = "release_slip"


def test_from_one_upwards_per_community_kind_and_prefix():
    here, there = make_community(), make_community()
    assert [next_number(community=here, kind=KIND) for _ in range(3)] == [1, 2, 3]
    assert next_number(community=here, kind=KIND, prefix="2027-") == 1
    assert next_number(community=here, kind="permit") == 1
    assert next_number(community=there, kind=KIND) == 1


def test_a_rollback_gives_the_number_back():
    place = make_community()
    next_number(community=place, kind=KIND)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert next_number(community=place, kind=KIND) == 2
        raise ZeroDivisionError
    assert next_number(community=place, kind=KIND) == 2


def race(give):
    """Let four desks take five numbers each at the same instant, every third time giving up."""
    place, start = make_community(), Barrier(4)
    next_number(community=place, kind=KIND)

    def desk(_):
        kept = []
        start.wait()
        for n in range(5):
            try:
                with transaction.atomic():
                    number = give(place)
                    kept.append(number // (n != 2))  # the third time it breaks off
            except ZeroDivisionError:
                pass
        connection.close()
        return kept

    with ThreadPoolExecutor(4) as pool:
        return sorted(number for kept in pool.map(desk, range(4)) for number in kept)


@pytest.mark.django_db(transaction=True)
def test_a_race_leaves_no_gap_and_no_double():
    assert race(lambda place: next_number(community=place, kind=KIND)) == list(range(2, 18))


@pytest.mark.django_db(transaction=True)
def test_the_control_a_number_read_without_the_lock_comes_twice():
    meet = Barrier(2)

    def careless(_):
        with transaction.atomic():
            row = NumberSeries.objects.get(kind=KIND)
            meet.wait()  # both have read before either writes
            row.last_no += 1
            row.save()
        connection.close()
        return row.last_no

    next_number(community=make_community(), kind=KIND)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(careless, range(2))) == [2, 2]
