"""Vacant flats whose owners asked for a discount in writing: a rule of the office's, granted half-way, one still asked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar
from uuid import UUID

from guanjia.core.calendar import Month
from guanjia.demo.office import DIRECTOR, Office
from guanjia.demo.register import Home
from guanjia.demo.team import CLERK
from guanjia.estate.states import UnitKind, UnitStatus
from guanjia.money.discounts.actions import approve, draft_rule, request_grant
from guanjia.money.discounts.models import DiscountGrant, DiscountRule
from guanjia.money.discounts.rules import Asking, DiscountKind, Drafting, Share
from guanjia.money.tariffs.models import ChargeItem

_GRANTED = 6
_THIRTY_PERCENT = Share(3_000, None)
T = TypeVar("T", DiscountRule, DiscountGrant)


@dataclass(frozen=True, slots=True)
class Vacancies:
    """Asks at the front desk and has the director decide, by the office's own actions."""

    office: Office

    def allow(self, homes: list[Home], month: Month, at: datetime) -> None:
        """Make the rule, and grant it to some from ``month`` on."""
        rule = self._approve(self._rule(month, at), at)
        for home in _vacant(homes)[:_GRANTED]:
            self._approve(self._ask(rule, home, month, at), at)

    def ask_for_another(self, homes: list[Home], month: Month, at: datetime) -> None:
        """Ask for one more from ``month`` on, for the director to look at."""
        rule = DiscountRule.objects.get(community=self.office.community)
        for home in _vacant(homes)[_GRANTED : _GRANTED + 1]:
            self._ask(rule, home, month, at)

    def _rule(self, month: Month, at: datetime) -> DiscountRule:
        item = ChargeItem.objects.get(community=self.office.community, name="物业服务费")
        drafting = Drafting(
            kind=DiscountKind.VACANCY,
            name="空置减免三成",
            share=_THIRTY_PERCENT,
            item_ids=(item.pk,),
            begins_on=month.first,
            evidence="前期物业服务合同第七条：空置满半年、书面申请的按七成收",
        )
        clerk = self.office.users[CLERK]
        community = self.office.community
        return draft_rule(community=community, drafting=drafting, by=clerk, at=at)

    def _ask(self, rule: DiscountRule, home: Home, month: Month, at: datetime) -> DiscountGrant:
        rng = Random(home.main.key)  # noqa: S311 - of its own: the rest of the story is told as before
        return request_grant(
            unit=home.main,
            rule=rule,
            asking=Asking(
                begins_on=month.first,
                ends_on=None,
                applicant=home.payers[0][0],
                noticed_on=at.date(),
                evidence=f"水表连续两月同为 {rng.randrange(100, 400)}，客户经理上门查看无人居住",
            ),
            key=UUID(int=rng.getrandbits(128), version=4),
            by=self.office.users[CLERK],
            at=at + timedelta(minutes=10),
        )

    def _approve(self, asked: T, at: datetime) -> T:
        director = self.office.users[DIRECTOR]
        return approve(asked=asked, by=director, at=at + timedelta(minutes=30))


def _vacant(homes: list[Home]) -> list[Home]:
    return [
        home
        for home in homes
        if home.main.kind == UnitKind.DWELLING and home.main.status == UnitStatus.VACANT
    ]
