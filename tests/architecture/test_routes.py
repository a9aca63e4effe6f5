"""Every address × role × {own, another community's, absent, nobody signed in} answers as declared."""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path as route

from guanjia.accounts.checks import SELF_GUARDED, every_route_declares_its_permission, routes
from guanjia.accounts.permissions import SECOND_FACTOR, Permission, Role, permissions_of
from guanjia.accounts.permits import OPEN, SIGNED_IN
from guanjia.accounts.tests.factories import make_user
from guanjia.accounts.tests.people import client_of
from tests.architecture.world import ABSENT, ABSENT_NUMBER, DAY, VALUES, two_offices

pytestmark = pytest.mark.django_db
PARAMETER = re.compile(r"<\w+:(\w+)>")
NOT_ALLOWED = 405
# Addresses whose form names an object: its field, and the sample that fits.
BODIES = {
    "<slug:community>/desk/choice/": ("desk", "desk_id"),
    "<slug:community>/teams/<int:patch_id>/managers/": ("staff", "staff_id"),
    "<slug:community>/teams/<int:patch_id>/places/": ("building", "building_id"),
    "<slug:community>/teams/departments/<int:department_id>/head/": ("head", "staff_id"),
    "<slug:community>/teams/staff/<int:staff_id>/appointments/": ("post", "post_id"),
}
NAMED_BY_THE_BODY = {"<slug:community>/payments/"}  # an empty form names no unit: 404


class Route(NamedTuple):
    """An address pattern and what it declares."""

    pattern: str
    declared: Any

    def names(self) -> list[str]:
        return PARAMETER.findall(self.pattern)

    def filled(self, values: dict[str, Any]) -> str:
        """Return the address with ``values`` in it. Raises KeyError for a name without a sample."""

        def value(match):
            name = match[1]
            special = (v for k, v in values.items() if k.startswith(f"{name}@") and _part(k, self))
            return str(next(special, None) or values[name])

        return f"/{PARAMETER.sub(value, self.pattern)}"


def _part(key, address):
    return f"{key.partition('@')[2]}/" in address.pattern


ROUTES = [
    Route(pattern, getattr(view.callback, "declared_permission", None))
    for pattern, view in routes()
    if not view.callback.__module__.startswith(SELF_GUARDED)
]
GUARDED = [r for r in ROUTES if isinstance(r.declared, Permission)]


class World(NamedTuple):
    """Two communities, and a browser for each role of the first."""

    here: dict[str, Any]
    there: dict[str, Any]
    clients: dict[Role, Client]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        here, there, office = two_offices()
        clients = {
            role: client_of(make_user(community=office.community, role=role)) for role in Role
        }
        yield World(here, there, clients)
        transaction.set_rollback(True)


def ask(client: Client, address: str) -> list[int]:
    """Return what GET and an empty POST answer; nothing of what they do stays."""
    statuses, cookies = [], deepcopy(client.cookies)
    client.raise_request_exception = False
    for method in (client.get, client.post):
        with transaction.atomic():
            response = method(address)
            statuses.append(response.status_code)
            if response.streaming:
                list(response)  # reading to the end closes the file
            transaction.set_rollback(True)
        client.cookies = deepcopy(cookies)
    assert statuses != [NOT_ALLOWED, NOT_ALLOWED], address
    return [status for status in statuses if status != NOT_ALLOWED]


def holder(permission: Permission) -> Role:
    """Return a role that holds ``permission``."""
    return next(role for role in Role if permission in permissions_of(frozenset({role})))


def test_every_name_in_an_address_has_a_sample(world):
    missing = set()
    for address in ROUTES:
        try:
            address.filled(world.here)
        except KeyError as gap:
            missing.add(f"{gap} in {address.pattern}")
    assert missing == set(), "add one to tests/architecture/world.py"


@pytest.mark.parametrize("role", Role)
def test_at_home_the_declared_permission_decides(world, role):
    held = permissions_of(frozenset({role}))
    wrong = {}
    for address in GUARDED:
        statuses = ask(world.clients[role], address.filled(world.here))
        allowed = address.declared in held
        refusals = {403} if address.pattern in NAMED_BY_THE_BODY else {403, 404}
        fine = all(s < 500 and s not in refusals if allowed else s == 403 for s in statuses)
        if not fine:
            wrong[address.pattern] = (allowed, statuses)
    assert wrong == {}


@pytest.mark.parametrize("role", Role)
def test_another_community_is_not_there_for_anybody(world, role):
    answers = {r.pattern: ask(world.clients[role], r.filled(world.there)) for r in GUARDED}
    assert {p: s for p, s in answers.items() if set(s) != {404}} == {}


def test_a_community_that_nobody_has_reads_like_another(world):
    nowhere = {**world.here, "community": "nowhere"}
    answers = {
        r.pattern: ask(world.clients[holder(r.declared)], r.filled(nowhere)) for r in GUARDED
    }
    assert {p: s for p, s in answers.items() if set(s) != {404}} == {}


@pytest.mark.parametrize("whose", ["another community's", "nobody's"])
def test_other_objects_are_not_there_even_with_the_permission(world, whose):
    other = (
        world.there
        if whose == "another community's"
        else {**dict.fromkeys(world.here, ABSENT_NUMBER), **ABSENT}
    )
    wrong = {}
    for address in GUARDED:
        for name in set(address.names()) - {"community"} - VALUES.keys():
            keys = [k for k in other if k.partition("@")[0] == name]
            values = {**world.here, **{k: other[k] for k in keys}}
            if name in {"key", "number"} and whose != "nobody's":
                continue  # the same words may well name something here
            statuses = ask(world.clients[holder(address.declared)], address.filled(values))
            if set(statuses) != {404}:
                wrong[f"{address.pattern} {name}"] = statuses
    assert wrong == {}


def test_whoever_is_not_signed_in_is_led_to_the_sign_in(world):
    wrong = {}
    for address in ROUTES:
        statuses = ask(Client(), address.filled(world.here))
        led = {302} if address.declared != OPEN else set(range(200, 500))
        if not set(statuses) <= led:
            wrong[address.pattern] = statuses
    assert wrong == {}


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.ADMINISTRATOR])
def test_addresses_of_ones_own_never_break(world, role):
    own = [r for r in ROUTES if r.declared in {OPEN, SIGNED_IN}]
    answers = {r.pattern: ask(world.clients[role], r.filled(world.here)) for r in own}
    assert {p: s for p, s in answers.items() if max(s) >= 500} == {}


@pytest.mark.parametrize("pattern", BODIES)
def test_a_form_cannot_name_what_is_another_communitys(world, pattern):
    [address] = [r for r in GUARDED if r.pattern == pattern]
    field, sample = BODIES[pattern]
    client = world.clients[holder(address.declared)]

    def post(values):
        words = {field: values[sample], "on": DAY.isoformat()}
        with transaction.atomic():
            status = client.post(address.filled(world.here), words).status_code
            transaction.set_rollback(True)
        return status

    assert post(world.there) in {404, 422}
    assert post(world.here) == 302, "the control: its own goes through"


@pytest.mark.parametrize(
    "role", [r for r in Role if permissions_of(frozenset({r})) & SECOND_FACTOR]
)
def test_money_and_administration_wait_for_the_second_factor(world, role):
    held = permissions_of(frozenset({role}))
    guarded = [address for address in GUARDED if address.declared in held]
    assert {address.declared for address in guarded} & SECOND_FACTOR
    user = world.clients[role].get("/me/").wsgi_request.user
    client = client_of(user, second_factor=False)
    answers = {r.pattern: ask(client, r.filled(world.here)) for r in guarded}
    assert {p: s for p, s in answers.items() if set(s) != {302}} == {}


def _careless(_request, community):
    return HttpResponse("open to all by oversight")


urlpatterns = [route("<slug:community>/careless/", _careless)]


def test_the_control_a_route_that_declares_nothing_stops_the_start():
    assert every_route_declares_its_permission() == []
    with override_settings(ROOT_URLCONF=__name__):
        (fault,) = every_route_declares_its_permission()
    assert fault.id == "guanjia.E010"


@pytest.mark.planted("a view without its guard")
def test_the_control_a_view_that_forgets_its_guard_is_caught(world):
    with override_settings(ROOT_URLCONF=__name__):
        careless = Route("<slug:community>/careless/", Permission.STAFF_MANAGE)
        assert ask(world.clients[Role.TRAINEE], careless.filled(world.here)) == [200, 200]
