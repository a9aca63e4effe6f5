"""What no browser of ours sends is refused in words, and never breaks the page."""

import pytest

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING
from guanjia.desk.tests.office import staff
from guanjia.estate.actions import merge_parties
from guanjia.estate.tests.factories import make_party
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)
ROUTES = ["household", "household-due", "household-receipts", "household-file", "unit-edit"]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("key", ["%00", "3-2-1201%00", "%ED%A0%80", "9" * 5000])
def test_a_key_that_no_unit_can_have_is_not_found(office, cashier, route, key):
    place = office.url(route, "KEY").replace("KEY", key)
    assert cashier.get(place).status_code == 404


def test_a_payment_for_a_unit_that_cannot_be_is_not_found(office, cashier):
    sent = office.paying(unit="3-2-1201\0")
    assert cashier.post(office.url("payments"), sent).status_code == 404


@pytest.mark.parametrize("field", ["bill", "payer", "expected_fen", "tendered"])
@pytest.mark.parametrize("value", ["9" * 5000, "-1", "1e9", "\0", "٣", "x" * 5000])
def test_a_payment_of_nonsense_is_refused(office, cashier, field, value):
    answer = cashier.post(office.url("payments"), office.paying(**{field: value}))
    assert answer.status_code == 422


@pytest.mark.parametrize("value", ["9" * 5000, "9" * 19, "-1", "1e9", "\0", "٣"])
def test_nonsense_ticks_tick_nothing(office, cashier, value):
    answer = cashier.get(office.url("household-due", office.unit.key), {"bill": value})
    assert answer.status_code == 200
    assert "236.69" not in answer.content.decode()


def test_a_reason_is_kept_without_what_no_text_may_hold(office):
    double = make_party(community=office.community, name="张素珍")
    words = {"by": office.cashier, "at": MORNING, "reason": "本人确认"}
    merge_parties(duplicate=double, into=office.owner, **words)
    answer = staff(office, Role.CLERK).post(
        office.url("party-split", double.pk), {"reason": "误\0并"}
    )
    assert answer.status_code == 302
    assert JournalEntry.objects.get(action="party.split").reason == "误并"
