"""Soft changes are taken back by whoever made them, for ten minutes, unless things have moved on."""

import html
import re
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_user
from guanjia.desk.tests.office import signed_in, staff
from guanjia.estate.models import Tenure
from guanjia.estate.states import Capacity
from guanjia.estate.tests.factories import make_building, make_party, make_tenure
from guanjia.money.payments.models import Desk
from guanjia.people.models import PatchBuilding
from guanjia.people.tests.factories import make_patch
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)


def token_in(page):
    [token] = re.findall(r'name="token" value="([^"]+)"', page.text)
    return html.unescape(token)


def undo(office, client, token):
    return client.post(office.url("undo"), {"token": token}, follow=True)


@pytest.fixture
def lodger(office):
    party = make_party(community=office.community, name="李国强")
    return make_tenure(unit=office.unit, party=party, capacity=Capacity.HOUSEHOLD_MEMBER)


def end(office, client, tenure, day="2026-11-01"):
    return client.post(office.url("resident-end", tenure.pk), {"last_day": day}, follow=True)


def test_a_tenure_ended_wrongly_runs_on_and_both_are_on_record(office, cashier, lodger):
    page = end(office, cashier, lodger)
    assert "撤销" in page.text
    assert "已撤销" in undo(office, cashier, token_in(page)).text
    lodger.refresh_from_db()
    assert lodger.ends_on is None
    actions = list(JournalEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions[-3:] == ["tenure.end", "tenure.reinstate", "undo.tenure"]


def test_it_is_taken_back_once_and_not_over_a_later_change(office, cashier, lodger):
    token = token_in(end(office, cashier, lodger))
    Tenure.objects.filter(pk=lodger.pk).update(ends_on=date(2026, 10, 1))
    assert "后来又改过" in undo(office, cashier, token).text
    lodger.refresh_from_db()
    assert lodger.ends_on == date(2026, 10, 1)


def test_it_is_too_late_after_ten_minutes(office, cashier, lodger):
    token = token_in(end(office, cashier, lodger))
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert "过了 10 分钟" in undo(office, cashier, token).text
    lodger.refresh_from_db()
    assert lodger.ends_on == date(2026, 11, 1)


def test_nobody_else_undoes_it_and_nothing_is_forged(office, cashier, lodger):
    token = token_in(end(office, cashier, lodger))
    colleague = signed_in(make_user(community=office.community, role=Role.CASHIER))
    assert undo(office, colleague, token).status_code == 403
    assert "认不出要撤销什么" in undo(office, cashier, token + "x").text
    assert "认不出要撤销什么" in undo(office, cashier, "").text
    lodger.refresh_from_db()
    assert lodger.ends_on is not None


def test_a_desk_chosen_or_closed_by_mistake(office, cashier):
    second = Desk.objects.create(community=office.community, name="前台二", prefix="B")
    cashier.post(office.url("desk-choice"), {"desk": office.desk.pk})
    page = cashier.post(office.url("desk-choice"), {"desk": second.pk}, follow=True)
    undo(office, cashier, token_in(page))
    assert "现在在前台一收款" in cashier.get(office.url("desk-choice")).text
    administrator = staff(office, Role.ADMINISTRATOR)
    page = administrator.post(office.url("desk-closing", second.pk), follow=True)
    undo(office, administrator, token_in(page))
    second.refresh_from_db()
    assert second.is_active


def test_a_building_moved_out_goes_back_unless_it_was_given_away(office):
    supervisor = staff(office, Role.SUPERVISOR)
    building = make_building(community=office.community)
    patch = make_patch(community=office.community)
    place = {"community": office.community, "building": building}
    rule = PatchBuilding.objects.create(patch=patch, **place)
    token = token_in(supervisor.post(office.url("place-removal", rule.pk), follow=True))
    undo(office, supervisor, token)
    rule = PatchBuilding.objects.get(patch=patch, building=building)
    token = token_in(supervisor.post(office.url("place-removal", rule.pk), follow=True))
    PatchBuilding.objects.create(patch=make_patch(community=office.community), **place)
    assert "已经划给别的责任区" in undo(office, supervisor, token).text
    assert not PatchBuilding.objects.filter(patch=patch).exists()


def test_a_filter_thrown_away_comes_back(office, cashier):
    words = {"name": "空置", "query": "status=vacant", "next": office.url("units")}
    cashier.post(reverse("desk:list-filters", args=[office.community.code, "units"]), words)
    address = reverse("desk:list-filter-removal", args=[office.community.code, "units"])
    page = cashier.post(address, words, follow=True)
    undo(office, cashier, token_in(page))
    assert "?status=vacant" in cashier.get(office.url("units")).text


def test_money_offers_no_undo(office, cashier):
    page = cashier.post(office.url("payments"), office.paying(), follow=True)
    assert 'name="token"' not in page.text
