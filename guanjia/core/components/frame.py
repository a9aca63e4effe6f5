"""What the staff desk's frame shows around every page; a context processor above fills it in as ``frame``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of a menu; ``post`` makes it a button that sends a POST (signing out)."""

    label: str
    url: str
    icon: str = ""
    active: bool = False
    post: bool = False


@dataclass(frozen=True, slots=True)
class NavItem:
    """A page of the side navigation; ``key`` is a function key that opens it from anywhere."""

    label: str
    url: str
    icon: str
    active: bool = False
    count: int = 0
    urgent: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class NavGroup:
    """Pages under one heading; the first group has none."""

    items: tuple[NavItem, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Stat:
    """A state worth a glance: shift, printer. ``tone`` is "", "warn" or "error"; ``title`` says it in full.

    ``url`` leads to where something may be done about it.
    """

    label: str
    title: str
    tone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Community:
    """The community the desk works for."""

    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in, and in which post."""

    name: str
    post: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything `core/frame.html` needs.

    ``communities`` lists where the user may switch to; fewer than two show no menu.
    ``search_url`` answers the omnibox; without one there is no box. ``undo_url`` takes back what a notice offers to;
    ``keys_url`` keeps whether single letters and digits are keys for the person. ``digits_search`` lets digits
    typed anywhere on the page start a search. ``strip`` and ``strip_keys`` are the templates under the top bar and
    among the key bar's keys.
    """

    community: Community
    user: Person
    nav: tuple[NavGroup, ...]
    home_url: str = "/"
    communities: tuple[Link, ...] = ()
    stats: tuple[Stat, ...] = ()
    search_url: str = ""
    undo_url: str = ""
    keys_url: str = ""
    single_keys: bool = True
    strip: str = ""
    strip_keys: str = ""
    digits_search: bool = False
