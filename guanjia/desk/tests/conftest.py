"""One morning for all tests of the desk, and an office at work."""

from collections.abc import Iterator

import pytest
import time_machine

from guanjia.accounts.tests.factories import MORNING
from guanjia.desk.tests.office import Office, make_office, signed_in


@pytest.fixture
def office(transactional_db: None) -> Iterator[Office]:
    """An office on 2026-11-23, 09:30; its unit owes September to November."""
    with time_machine.travel(MORNING, tick=False):
        yield make_office(9, 10, 11)


@pytest.fixture
def cashier(office: Office):
    """The cashier's browser, her desk chosen."""
    client = signed_in(office.cashier)
    client.get(office.url("workbench"))
    return client
