"""Whatever is sent to whichever address, the answer is a page or a refusal, never a crash (G7).

``GUANJIA_HOSTILE`` says how many requests, ``GUANJIA_SEED`` repeats a run.
"""

import os
import random
from collections import Counter
from copy import deepcopy

import pytest
from django.db import transaction
from django.test import Client

from guanjia.accounts.permissions import Permission, Role, permissions_of
from guanjia.accounts.tests.factories import make_user
from guanjia.accounts.tests.people import client_of
from guanjia.money.payments.tests.factories import make_office
from tests.architecture.hostile import fields_in, requests
from tests.architecture.test_routes import ROUTES
from tests.architecture.world import two_offices

pytestmark = pytest.mark.django_db
REQUESTS = int(os.environ.get("GUANJIA_HOSTILE", "1000"))
SEED = int(os.environ.get("GUANJIA_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)


def answer(client, way, address, sent):
    """Return the status and the page; nothing of what it does stays, and a crash is a 500."""
    cookies = deepcopy(client.cookies)
    client.raise_request_exception = False
    with transaction.atomic():
        response = getattr(client, way)(address, sent)
        page = b"" if response.streaming else response.content
        if response.streaming:
            list(response)  # reading to the end closes the file
        transaction.set_rollback(True)
    client.cookies = cookies
    return response.status_code, page.decode(errors="replace")


def test_no_request_crashes_a_page():
    samples, _, office = two_offices()
    clients = {r: client_of(make_user(community=office.community, role=r)) for r in Role}
    chance = random.Random(SEED)  # noqa: S311 - to be repeated, no secret
    crashed: set[str] = set()
    statuses: Counter[int] = Counter()
    per_route = max(2, REQUESTS // len(ROUTES))
    for route in ROUTES:
        client = Client()
        if isinstance(route.declared, Permission):
            able = [r for r in Role if route.declared in permissions_of(frozenset({r}))]
            client = clients[able[0]]
        address = route.filled(samples)
        fields = {
            name
            for way in ("get", "post")
            for name in fields_in(answer(client, way, address, {})[1])
        }
        for _, sent in zip(range(per_route), requests(fields, chance), strict=False):
            for way in ("get", "post"):
                status, _page = answer(client, way, address, sent)
                statuses[status] += 1
                if status >= 500:
                    crashed.add(f"{way} {address} {sent!r:.600}")
    assert crashed == set(), f"seed {SEED}"
    assert statuses[422] > per_route, "forms are reached"


def test_the_control_a_crash_is_seen(monkeypatch):
    office = make_office()
    client = client_of(make_user(community=office.community, role=Role.CLERK))

    def crash(*_args, **_kwargs):
        raise ValueError

    address = f"/{office.community.code}/"
    assert answer(client, "get", address, {})[0] == 200
    monkeypatch.setattr("guanjia.desk.views.workbench.render", crash)
    assert answer(client, "get", address, {})[0] == 500
