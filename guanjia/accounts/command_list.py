"""What a person may do, by name: the pages of the navigation, the workbench's keys, and the omnibox after ``>``.

A room adds its own in a module ``commands`` beside its ``apps.py``, as ``COMMANDS``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from django.apps import apps
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule

from guanjia.accounts.access import Standing
from guanjia.accounts.permissions import Permission
from guanjia.core.text import query_keys, search_keys


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do or a page to open, for holders of ``permission``; None: for everybody.

    ``key`` does it from the workbench. ``words`` is what else it may be called. One without a ``route`` begins in
    the search box, which shows ``ask``; ``everywhere`` marks a route outside the communities.
    """

    label: str | Promise
    route: str
    icon: str
    permission: Permission | None
    key: str = ""
    words: str = ""
    ask: str | Promise = ""
    everywhere: bool = False

    def url(self, standing: Standing) -> str:
        """Return its address where ``standing`` is; "" for one that begins in the search box."""
        args = [] if self.everywhere else [standing.community.code]
        return reverse(self.route, args=args) if self.route else ""

    def is_meant_by(self, text: str) -> bool:
        """Whether ``text`` is part of its name or other words: characters, pinyin, or initials."""
        spelt = {key for words in (str(self.label), self.words) for key in search_keys(words)}
        return spelt.issuperset(query_keys(text))


def offered(commands: Iterable[Command], standing: Standing) -> list[Command]:
    """Return those of ``commands`` that the person may use there, in their order."""
    return [
        command
        for command in commands
        if command.permission is None or standing.may(command.permission)
    ]


@cache
def rooms_commands() -> tuple[Command, ...]:
    """Return what the rooms add, from the top room down."""
    found = [
        import_module(f"{app.name}.commands").COMMANDS
        for app in reversed(list(apps.get_app_configs()))
        if app.name.startswith("guanjia.") and module_has_submodule(app.module, "commands")
    ]
    return tuple(command for commands in found for command in commands)
