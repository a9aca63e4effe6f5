"""Pages of the route table as roles get them, so that a browser sees each element that anybody sees."""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import partial
from typing import Any, NamedTuple

from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_user
from guanjia.accounts.tests.people import client_of
from tests.architecture.test_routes import ROUTES
from tests.architecture.world import two_offices

# What a page's address may add, to show what it does not show without.
QUESTIONS = {
    "<slug:community>/bills/runs/": "?month=2026-12",
    "<slug:community>/units/": "?q=nobody",
    "<slug:community>/receipts/": "?day=never",
}
HOME = "<slug:community>/"
REFUSED = 422
_TAG = re.compile(r"<(\w+)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
_ATTRIBUTE = re.compile(r"""([\w-]+)(?:="([^"]*)")?""")
_TELLING = {"class", "type", "role", "name", "hidden", "disabled", "aria-label"}


class Rendering(NamedTuple):
    """A page as somebody gets it: ``name`` says which, ``refused`` whether it shows a form's errors."""

    name: str
    address: str
    response: HttpResponse
    refused: bool


def renderings() -> list[Rendering]:
    """Return pages that show each element of every route, as somebody gets it and as a form sent back, richest first.

    A refusal that looks like a page that was merely asked for brings back no form: there was none to fill in.
    """
    drawn = sorted(_drawn(), key=lambda found: len(found[2]), reverse=True)
    calm = {elements for rendering, _, elements in drawn if not rendering.refused}
    chosen, seen = [], set[tuple[str, bool, str]]()
    for rendering, route, elements in drawn:
        new = {(route, rendering.refused, element) for element in elements} - seen
        if new and not (rendering.refused and elements in calm):
            seen |= new
            chosen.append(rendering)
    return chosen


def _drawn() -> Iterator[tuple[Rendering, str, frozenset[str]]]:
    """Yield each page of each role with its route and the elements it has."""
    samples, _, office = two_offices()
    people: dict[str, Client] = {
        role: client_of(make_user(community=office.community, role=role)) for role in Role
    }
    for who, client in {**people, "nobody": Client()}.items():
        for route in ROUTES:
            address = route.filled(samples)
            for how, response in _answers(client, address, QUESTIONS.get(route.pattern, "")):
                if not _is_page(response):
                    continue
                # What stands around a page counts on the workbench only, where everybody's day begins.
                whole = response.text
                part = whole if route.pattern == HOME else whole.partition("<main ")[2]
                refused = response.status_code == REFUSED
                rendering = Rendering(f"{who} /{route.pattern}{how}", address, response, refused)
                yield rendering, route.pattern, elements_of(part)


def elements_of(html: str) -> frozenset[str]:
    """Return a page's elements with what tells them apart, without its words and numbers."""
    return frozenset(
        f"{tag} {sorted((n, v) for n, v in _ATTRIBUTE.findall(rest) if n in _TELLING)}"
        for tag, rest in _TAG.findall(html)
        if tag not in {"option", "use", "kbd"}
    )


def _answers(client: Client, address: str, question: str) -> Iterator[tuple[str, Any]]:
    yield "", _nothing_stays(client, partial(client.get, address))
    if question:
        yield question, _nothing_stays(client, partial(client.get, address + question))
    yield " sent empty", _nothing_stays(client, partial(client.post, address))


def _nothing_stays(client: Client, asked: Callable[[], Any]) -> Any:
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        response = asked()
        if response.streaming:
            list(response)  # reading to the end closes the file
        transaction.set_rollback(True)
    client.cookies = cookies
    return response


def _is_page(response: Any) -> bool:
    kind: str = response.headers.get("Content-Type", "")
    return not response.streaming and kind.startswith("text/html") and "<html" in response.text
