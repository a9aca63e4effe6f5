"""The omnibox's answers: units, documents, and after ``>`` what the person may do."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as say

from guanjia.accounts.access import Standing
from guanjia.accounts.command_list import Command, offered, rooms_commands
from guanjia.accounts.permissions import Permission
from guanjia.core.text import normalise
from guanjia.desk.frame import NAVIGATION
from guanjia.estate.search import Hit, Match, find
from guanjia.money.payments.reads import receipts_numbered

_MARKS = ">》〉"  # what the key gives with a Chinese keyboard on


def answers(standing: Standing, text: str) -> list[dict[str, Any]]:
    """Return the groups of results for ``text``, in the shape `omnibox.js` expects."""
    text = normalise(text)
    if text.startswith(tuple(_MARKS)):
        groups = [(say("办事"), _commands(standing, text.lstrip(_MARKS).strip()))]
    else:
        groups = [(say("房屋"), _units(standing, text)), (say("收据"), _receipts(standing, text))]
    return [{"label": label, "items": items} for label, items in groups if items]


def commands_of(standing: Standing) -> list[Command]:
    """Return everything the person may do there: what has a key first, then by room, then the other pages."""
    pages = [page for _label, group in NAVIGATION for page in group]
    rooms = rooms_commands()
    ranked = [*(c for c in rooms if c.key), *(c for c in rooms if not c.key), *pages]
    once: dict[str, Command] = {}
    for command in ranked:
        once.setdefault(command.route or str(command.label), command)
    return offered(once.values(), standing)


def _commands(standing: Standing, text: str) -> list[dict[str, str]]:
    return [
        {
            "title": str(command.label),
            "detail": str(command.ask),
            "key": command.key,
            "url": command.url(standing),
            **({} if command.route else {"ask": str(command.ask)}),
        }
        for command in commands_of(standing)
        if not text or command.is_meant_by(text)
    ]


def units_found(
    standing: Standing, text: str, address: Callable[[Hit], str]
) -> list[dict[str, str]]:
    """Return the units that ``text`` may mean, each leading to its ``address``."""
    return [_unit(hit, address(hit)) for hit in find(standing, text)]


def _units(standing: Standing, text: str) -> list[dict[str, str]]:
    code = standing.community.code
    return units_found(standing, text, lambda hit: reverse("desk:household", args=[code, hit.key]))


def _unit(hit: Hit, url: str) -> dict[str, str]:
    found_otherwise = hit.match is not Match.UNIT
    return {
        "title": hit.number,
        "detail": " · ".join(filter(None, ["、".join(hit.names), hit.detail])),
        "tag": hit.match.label if found_otherwise else "",
        "tone": "warn" if hit.match is Match.FORMER else "",
        "url": url,
    }


def _receipts(standing: Standing, text: str) -> list[dict[str, str]]:
    if not standing.may(Permission.BILL_READ):
        return []
    return [
        {
            "title": receipt.full_number,
            "detail": f"{receipt.payment.unit.number} · {receipt.payment.payer_name}",
            "tag": receipt.payment.business_date.isoformat(),
            "url": reverse(
                "desk:receipt", args=[standing.community.code, receipt.desk_id, receipt.number]
            ),
        }
        for receipt in receipts_numbered(standing.community, text)
    ]
