"""The property office: the community with its accounts, its price list and its two desks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict

from guanjia.accounts.actions import grant_role
from guanjia.accounts.models import Community, Company, User
from guanjia.accounts.permissions import Role
from guanjia.core.calendar import Month
from guanjia.demo.layout import HIGH_RISE, MULTI_STOREY
from guanjia.money.payments.models import Desk
from guanjia.money.tariffs.actions import Price, add_item, add_tariff
from guanjia.money.tariffs.models import Tariff
from guanjia.money.tariffs.rules import Basis
from guanjia.money.tariffs.steps import read_steps

NAME, CODE, COMPANY = "示例花园", "demo", "示例物业服务有限公司"

ADMINISTRATOR, DIRECTOR, SUPERVISOR, ACCOUNTANT = "W000", "W001", "W002", "W008"
CASHIERS = ("W003", "W004")
_CONTRACT = "前期物业服务合同第五条"
NEW_PRICE, PRICE_EVIDENCE = Decimal("2.40"), "业主大会表决结果公告（第 3 号）"
_PRICES: tuple[tuple[str, bool, tuple[tuple[str, Basis, str], ...]], ...] = (
    (
        "物业服务费",
        False,
        (
            (HIGH_RISE, Basis.GROSS_AREA, "2.20"),
            (MULTI_STOREY, Basis.GROSS_AREA, "1.60"),
            ("商铺", Basis.GROSS_AREA, "3.50"),
            ("储藏室", Basis.FIXED, "15"),
        ),
    ),
    ("车位管理费", False, (("地下车位", Basis.FIXED, "60"),)),
    (
        "公摊水电",
        True,
        (("高层公摊", Basis.FIXED, "18.50"), ("多层公摊", Basis.FIXED, "6")),
    ),
)
# Charged by the quarter, each at some places only: by floor, by the customer's tier, once a household.
LIFT, GARBAGE, DOORS = "电梯运行费", "生活垃圾处理费", "单元门禁维护费"
_TABLES: tuple[tuple[str, Basis, str], ...] = (
    (LIFT, Basis.FIXED, "1层 0\n2-6层 12\n7-15层 18\n16层及以上 24"),
    (GARBAGE, Basis.FIXED, "居民 6\n商户 25\n非居民 25\n特行 60"),
    (DOORS, Basis.HOUSEHOLD, ""),
)
_DOORS_PRICE = Decimal(3)


class Act(TypedDict):
    """Who does something, and when."""

    by: User
    at: datetime


@dataclass(frozen=True, slots=True)
class Office:
    """The community with those who act in it: their roles are those the actions are done under."""

    community: Community
    users: dict[str, User]  # by staff number
    tariffs: dict[str, Tariff]
    desks: tuple[Desk, ...]
    opening: datetime  # when the books were set up, the day before they begin

    @property
    def supervisor(self) -> User:
        """Who keeps the register."""
        return self.users[SUPERVISOR]

    @property
    def accountant(self) -> User:
        """Who keeps the price list and issues the bills."""
        return self.users[ACCOUNTANT]

    @property
    def cashiers(self) -> tuple[User, ...]:
        """Who sits at which desk."""
        return tuple(self.users[number] for number in CASHIERS)


def found_office(*, first: Month, opening: datetime, names: Mapping[str, str]) -> Office:
    """Make company, community, accounts, price list and desks; the books begin with ``first``.

    ``names`` are those of the staff who sign in, by staff number.
    """
    company, _ = Company.objects.get_or_create(name=COMPANY)
    community = Community.objects.create(
        company=company,
        code=CODE,
        name=NAME,
        service_phone="0000-2345678",
        cut_over_on=first.first,
        is_demo=True,
    )
    users = {number: _user(number, name) for number, name in names.items()}
    administrator = users[ADMINISTRATOR]
    grant_role(
        user=administrator, community=community, role=Role.ADMINISTRATOR, by=None, at=opening
    )
    tariffs = _price_list(community, Act(by=users[ACCOUNTANT], at=opening))
    desks = tuple(
        Desk.objects.create(community=community, name=name, prefix=prefix, first_number=number)
        for name, prefix, number in (("前台一", "A", 6001), ("前台二", "B", 1))
    )
    return Office(community, users, tariffs, desks, opening)


def _price_list(community: Community, act: Act) -> dict[str, Tariff]:
    tariffs = {}
    for position, (item_name, is_agency, lines) in enumerate(_PRICES):
        item = add_item(
            community=community,
            name=item_name,
            is_agency=is_agency,
            position=position,
            **act,
        )
        for name, basis, price in lines:
            tariffs[name] = add_tariff(
                item=item,
                name=name,
                price=Price(basis, Decimal(price)),
                effective_from=date(2020, 1, 1),
                evidence=_CONTRACT,
                **act,
            )
    for position, (name, basis, table) in enumerate(_TABLES, len(_PRICES)):
        steps = read_steps(table)
        tariffs[name] = add_tariff(
            item=add_item(community=community, name=name, position=position, **act),
            name="全体住户" if basis == Basis.HOUSEHOLD else "按楼层" if name == LIFT else "按类别",
            price=Price(basis, Decimal(0) if steps else _DOORS_PRICE, cycle_months=3, steps=steps),
            effective_from=date(2020, 1, 1),
            evidence=_CONTRACT,
            **act,
        )
    return tariffs


def _user(staff_no: str, name: str) -> User:
    """Make an account that no password opens: demonstration accounts are entered by sign-in links."""
    user = User(staff_no=staff_no, name=name)
    user.set_unusable_password()
    user.save()
    return user
