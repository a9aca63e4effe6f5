"""The desk's pages fit a laptop and a phone, and axe finds nothing to complain of."""

from pathlib import Path

import pytest

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_user
from guanjia.desk.tests.office import signed_in
from guanjia.money.payments.models import Desk

pytestmark = [pytest.mark.journey, pytest.mark.looks, pytest.mark.django_db(transaction=True)]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """rules => axe.run({runOnly: rules})
    .then(found => found.violations.map(each => [each.id, each.nodes.map(node => node.html)]))"""


def pages_of(office):
    """Return pages by who looks at them, each with something on it."""
    first, *_ = office.bills()
    cashier = signed_in(office.cashier)
    cashier.post(office.url("payments"), office.paying([first]))
    Desk.objects.create(community=office.community, name="前台二", prefix="B")
    key = office.unit.key
    return {
        office.cashier: [
            office.url("workbench"),
            office.page(),
            office.url("household-receipts", key),
            office.url("household-file", key),
            office.url("receipts"),
            office.url("receipt", office.desk.pk, 7444),
        ],
        make_user(community=office.community, role=Role.FINANCE): [
            office.url("runs") + "?month=2026-12",
            office.url("tariffs"),
            office.url("tariffs-new-version", office.tariff.pk),
            office.url("household-changes", key),
        ],
    }


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_pages_fit_and_are_accessible(office, open_desk, size):
    width, height = size
    complaints = {}
    for user, addresses in pages_of(office).items():
        page = open_desk(user)
        page.set_viewport_size({"width": width, "height": height})
        for address in addresses:
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
            page.evaluate(f"{AXE};0")
            complaints[address] = page.evaluate(RUN, RULES)
    assert {address: found for address, found in complaints.items() if found} == {}
