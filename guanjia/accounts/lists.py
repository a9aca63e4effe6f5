"""How a person likes a list: its columns and the height of its rows, and filters kept under a name.

A room declares its list with ``declare``, asks ``look_at`` in the view and puts ``{% list_tools look %}`` on the page.
"""

from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guanjia.accounts.models import Community, Preference, User
from guanjia.accounts.permits import StaffRequest
from guanjia.core.refusal import Refusal, Refused
from guanjia.core.text import clean

MOST_FILTERS = 12
LONGEST_QUERY = 400
DENSITIES = {"": _("标准"), "compact": _("紧凑"), "roomy-rows": _("宽松")}
_DECLARED: dict[str, "ListPage"] = {}


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list, and which of its columns a person may leave out, by name and label."""

    name: str
    columns: dict[str, str | Promise]


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """What was asked for, as the address says it, under a name of the person's own."""

    name: str
    query: str
    is_on: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """How the person wants to see the list now. ``query`` is what is asked for, without the page's number."""

    page: ListPage
    hidden: frozenset[str] = frozenset()
    density: str = ""
    filters: tuple[SavedFilter, ...] = ()
    query: str = ""
    shows: dict[str, bool] = field(default_factory=dict)


def declare(name: str, **columns: str | Promise) -> ListPage:
    """Make a list known under ``name``."""
    _DECLARED[name] = ListPage(name, columns)
    return _DECLARED[name]


def declared(name: str) -> ListPage | None:
    """Return the list called ``name``."""
    return _DECLARED.get(name)


def look_at(request: StaffRequest, page: ListPage) -> Look:
    """Return how the person wants to see ``page``, in one statement; what no longer exists is passed over."""
    value = _kept(request.user, request.standing.community, page)
    hidden = frozenset(value.get("hidden", ())) & page.columns.keys()
    query = query_of(request.GET)
    density = value.get("density", "")
    return Look(
        page=page,
        hidden=hidden,
        density=density if density in DENSITIES else "",
        filters=tuple(
            SavedFilter(each["name"], each["query"], each["query"] == query)
            for each in value.get("filters", ())
        ),
        query=query,
        shows={name: name not in hidden for name in page.columns},
    )


def query_of(asked: QueryDict) -> str:
    """Return an address's question without what is empty and without the page's number, in one order."""
    kept = QueryDict(mutable=True)
    for name, values in sorted(asked.lists()):
        kept.setlist(name, [value for value in values if value and name != "page"])
    return kept.urlencode()


def set_look(
    *, user: User, community: Community, page: ListPage, shown: set[str], density: str
) -> None:
    """Keep which columns are shown and how high the rows are."""
    hidden = sorted(page.columns.keys() - shown)
    _keep(user, community, page, {"hidden": hidden, "density": density})


def save_filter(*, user: User, community: Community, page: ListPage, name: str, query: str) -> None:
    """Keep ``query`` under ``name``; the same name anew replaces it. Raises Refused when there are too many."""
    name = clean(name, limit=20)
    kept = [f for f in _kept(user, community, page).get("filters", ()) if f["name"] != name]
    if len(kept) >= MOST_FILTERS:
        raise Refused(Refusal(f"最多保存 {MOST_FILTERS} 个筛选", "请先删去一个不用的"))
    query = query_of(QueryDict(query[:LONGEST_QUERY]))
    _keep(user, community, page, {"filters": [*kept, {"name": name, "query": query}]})


def forget_filter(
    *, user: User, community: Community, page: ListPage, name: str
) -> SavedFilter | None:
    """Forget the filter called ``name`` and return it; None where there is none."""
    kept = _kept(user, community, page).get("filters", [])
    _keep(user, community, page, {"filters": [f for f in kept if f["name"] != name]})
    return next((SavedFilter(f["name"], f["query"]) for f in kept if f["name"] == name), None)


def _kept(user: User, community: Community, page: ListPage) -> dict[str, Any]:
    rows = Preference.objects.filter(community=community, user=user, page=page.name)
    value: dict[str, Any] = rows.values_list("value", flat=True).first() or {}
    return value


def _keep(user: User, community: Community, page: ListPage, change: dict[str, Any]) -> None:
    Preference.objects.update_or_create(
        community=community,
        user=user,
        page=page.name,
        defaults={"value": _kept(user, community, page) | change},
    )
