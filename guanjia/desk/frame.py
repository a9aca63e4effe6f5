"""What stands around every page of a community: navigation by permission, the omnibox, who is signed in."""

from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from guanjia.accounts.access import Standing
from guanjia.accounts.command_list import Command as Page
from guanjia.accounts.command_list import offered
from guanjia.accounts.permissions import ROLE_LABELS, Permission
from guanjia.core.components.frame import Community, Frame, Link, NavGroup, NavItem, Person
from guanjia.desk import printer
from guanjia.desk.reception import reception_of

if TYPE_CHECKING:
    from guanjia.accounts.permits import StaffRequest

NAVIGATION: tuple[tuple[str | Promise, tuple[Page, ...]], ...] = (
    (
        "",
        (
            Page(_("工作台"), "desk:workbench", "layout-dashboard", Permission.HOUSEHOLD_READ),
            Page(_("接待登记"), "desk:visits", "user-check", Permission.VISIT_READ),
            Page(_("一户一档"), "desk:units", "home", Permission.HOUSEHOLD_READ),
        ),
    ),
    (
        _("收费"),
        (
            Page(_("收据"), "desk:receipts", "receipt", Permission.BILL_READ),
            Page(_("发票"), "desk:invoices", "file-invoice", Permission.BILL_READ),
            Page(_("退款"), "desk:refunds", "arrow-back-up", Permission.BILL_READ),
            Page(_("减免"), "desk:discounts", "arrow-down", Permission.BILL_READ),
            Page(_("交班"), "desk:shift-mine", "coins", Permission.PAYMENT_TAKE),
            Page(_("日结"), "desk:days", "lock", Permission.BILL_READ),
            Page(_("按月出账"), "desk:runs", "calculator", Permission.BILL_RUN),
            Page(_("收费标准"), "desk:tariffs", "report-money", Permission.TARIFF_READ),
        ),
    ),
    (
        _("管理"),
        (
            Page(_("报表"), "reports:index", "chart-bar", Permission.LEDGER_READ),
            Page(_("登记导入"), "onboarding:imports", "table-import", Permission.REGISTER_IMPORT),
            Page(_("期初"), "onboarding:openings", "book-2", Permission.LEDGER_READ),
            Page(_("责任区团队"), "desk:teams", "map-pin-check", Permission.TEAM_READ),
            Page(_("员工账号"), "accounts:staff", "id-badge-2", Permission.STAFF_MANAGE),
            Page(_("待确认"), "accounts:staff-proposals", "user-check", Permission.STAFF_APPROVE),
            Page(_("账号记录"), "accounts:staff-events", "history", Permission.JOURNAL_READ),
            Page(_("收银台"), "desk:desks", "cash-register", Permission.COMMUNITY_MANAGE),
            Page(_("核账与备份"), "desk:upkeep", "shield-lock", Permission.UPKEEP_READ),
        ),
    ),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Fill in ``frame`` and ``reception`` on the pages of a community; the others have none."""
    standing: Standing | None = getattr(request, "standing", None)
    if not standing:
        return {}
    return {
        "frame": SimpleLazyObject(lambda: _frame(request, standing)),
        "reception": SimpleLazyObject(lambda: reception_of(cast("StaffRequest", request))),
    }


def _frame(request: HttpRequest, standing: Standing) -> Frame:
    code = standing.community.code
    home = reverse("desk:workbench", args=[code])
    receives = standing.may(Permission.VISIT_RECEIVE)
    return Frame(
        community=Community(standing.community.name, code),
        user=Person(
            standing.user.name,
            "、".join(label for role, label in ROLE_LABELS.items() if role in standing.roles),
            links=_own_links(),
        ),
        nav=tuple(_navigation(request.path, standing, home)),
        home_url=home,
        stats=printer.stat(request, standing),
        search_url=reverse("desk:search", args=[code])
        if standing.may(Permission.HOUSEHOLD_READ)
        else "",
        keys_url=reverse("accounts:keys"),
        single_keys=standing.user.single_keys,
        undo_url=reverse("desk:undo", args=[code]),
        strip="desk/visits/_reception.html" if receives else "",
        strip_keys="desk/visits/_keys.html" if receives else "",
        # On a household's page digits choose how to pay.
        digits_search=not request.path.startswith(f"{home}units/"),
    )


def _navigation(path: str, standing: Standing, home: str) -> list[NavGroup]:
    """Return the pages this person may open; the one whose address fits the path longest is where they are."""
    groups = [
        (label, [(page, page.url(standing)) for page in offered(pages, standing)])
        for label, pages in NAVIGATION
    ]
    fitting = [url for _, pages in groups for _, url in pages if path.startswith(url)]
    here = max((url for url in fitting if url != home or path == home), key=len, default="")
    return [
        NavGroup(tuple(items), str(label))
        for label, pages in groups
        if (
            items := [
                NavItem(str(page.label), url, page.icon, active=url == here) for page, url in pages
            ]
        )
    ]


def _own_links() -> tuple[Link, ...]:
    return (
        Link(say("我的账号"), reverse("accounts:me"), "user-check"),
        Link(say("换项目"), reverse("accounts:home"), "building-community"),
        Link(say("换人"), reverse("accounts:switch"), "switch-horizontal"),
        Link(say("退出"), reverse("accounts:sign-out"), "logout", post=True),
    )
