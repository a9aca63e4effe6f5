"""What is out of reach does not exist."""

import pytest
from django.http import Http404

from guanjia.accounts.access import standing_in
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_community, make_user
from guanjia.estate.access import party_for, tenure_for, unit_for
from guanjia.estate.actions import merge_parties
from guanjia.estate.tests.factories import make_party, make_tenure, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def standing():
    community = make_community()
    return standing_in(make_user(community=community, role=Role.CLERK), community.code)


def test_rows_of_ones_own_community_are_found(standing):
    tenure = make_tenure(unit=make_unit(community=standing.community))
    assert unit_for(standing, tenure.unit.key) == tenure.unit
    assert party_for(standing, tenure.party_id) == tenure.party
    assert tenure_for(standing, tenure.pk) == tenure


def test_rows_of_another_community_are_not(standing):
    tenure = make_tenure(unit=make_unit())
    for look_up in (
        lambda: unit_for(standing, tenure.unit.key),
        lambda: party_for(standing, tenure.party_id),
        lambda: tenure_for(standing, tenure.pk),
    ):
        with pytest.raises(Http404):
            look_up()


def test_a_merged_party_leads_to_who_stands_for_it(standing):
    old, new = (make_party(community=standing.community) for _ in range(2))
    merge_parties(duplicate=old, into=new, by=standing.user, at=MORNING, reason="重复")
    assert party_for(standing, old.pk) == new
