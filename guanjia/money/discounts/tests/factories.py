"""Discounts in a few words: asked for by a clerk, approved by the director."""

from dataclasses import replace
from datetime import date
from typing import Any, TypeVar
from uuid import UUID, uuid4

from guanjia.accounts.models import User
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.estate.models import Unit
from guanjia.estate.states import UnitStatus
from guanjia.money.discounts.actions import approve, draft_rule, request_grant
from guanjia.money.discounts.models import DiscountGrant, DiscountRule
from guanjia.money.discounts.rules import Asking, DiscountKind, Drafting, Share
from guanjia.money.payments.tests.factories import NEW_YEAR, Office

T = TypeVar("T", DiscountRule, DiscountGrant)
THIRTY_PERCENT = Share(3_000, None)


def drafting(office: Office, **changes: Any) -> Drafting:
    """Return a vacancy's rule of 30% off the office's item; ``changes`` alter it."""
    words = Drafting(
        kind=DiscountKind.VACANCY,
        name="空置减免",
        share=THIRTY_PERCENT,
        item_ids=(office.item.pk,),
        begins_on=NEW_YEAR,
        evidence="省物业服务收费管理办法第二十条",
    )
    return replace(words, **changes)


def draft(office: Office, *, by: User | None = None, **changes: Any) -> DiscountRule:
    """Write a rule down in a clerk's name."""
    return draft_rule(
        community=office.community,
        drafting=drafting(office, **changes),
        by=by or make_user(community=office.community, role=Role.CLERK),
        at=MORNING,
    )


def agree(asked: T, by: User | None = None) -> T:
    """Approve it as a director."""
    director = by or make_user(community=asked.community, role=Role.DIRECTOR)
    return approve(asked=asked, by=director, at=MORNING)


def a_rule(office: Office, **changes: Any) -> DiscountRule:
    """Return an approved rule."""
    return agree(draft(office, **changes))


def asking(begins_on: date, ends_on: date | None = None, **changes: Any) -> Asking:
    """Return what an owner asks for."""
    words = Asking(
        begins_on=begins_on,
        ends_on=ends_on,
        applicant="张素珍",
        noticed_on=date(2026, 11, 2),
        evidence="水表 10 月、11 月读数同为 318，上门查看无人居住",
    )
    return replace(words, **changes)


def ask(
    rule: DiscountRule,
    unit: Unit,
    begins_on: date,
    ends_on: date | None = None,
    *,
    key: UUID | None = None,
    by: User | None = None,
    **changes: Any,
) -> DiscountGrant:
    """Ask for the rule's discount for a unit, vacant from now on, in a clerk's name."""
    Unit.objects.filter(community=unit.community_id, pk=unit.pk).update(status=UnitStatus.VACANT)
    return request_grant(
        unit=unit,
        rule=rule,
        asking=asking(begins_on, ends_on, **changes),
        key=key or uuid4(),
        by=by or make_user(community=unit.community, role=Role.CLERK),
        at=MORNING,
    )


def granted(
    rule: DiscountRule, unit: Unit, begins_on: date, ends_on: date | None = None
) -> DiscountGrant:
    """Return an approved grant."""
    return agree(ask(rule, unit, begins_on, ends_on))
