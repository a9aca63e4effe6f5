"""A community with a unit, its people and two clerks."""

from dataclasses import dataclass

import pytest

from guanjia.accounts.models import Community, User
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_community, make_user
from guanjia.estate.models import Tenure, Unit
from guanjia.estate.states import Capacity
from guanjia.estate.tests.factories import make_party, make_tenure, make_unit


@dataclass
class Front:
    """What most tests of the reception begin with."""

    community: Community
    unit: Unit
    owner: Tenure
    spouse: Tenure
    clerk: User
    colleague: User


@pytest.fixture
def front(transactional_db: None) -> Front:
    """The desk of a community where 3-2-1201 belongs to 张素珍, whose number is on file."""
    community = make_community()
    unit = make_unit(community=community, number="3-2-1201")
    owner = make_party(community=community, name="张素珍", phone="13912345520")
    spouse = make_party(community=community, name="李国强")
    return Front(
        community=community,
        unit=unit,
        owner=make_tenure(unit=unit, party=owner),
        spouse=make_tenure(
            unit=unit, party=spouse, capacity=Capacity.HOUSEHOLD_MEMBER, relation="配偶"
        ),
        clerk=make_user(community=community, role=Role.CLERK, name="陈晓雯"),
        colleague=make_user(community=community, role=Role.CLERK, name="何佳"),
    )
