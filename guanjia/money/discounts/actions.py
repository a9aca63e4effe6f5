"""The verbs of discounts: a rule, and a unit's grant of it, asked for by one, approved by another, ended on a day."""

from dataclasses import asdict
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from guanjia.accounts.models import Community, User
from guanjia.core.database.move import move
from guanjia.core.database.refusing import refusing
from guanjia.core.refusal import Refusal, must
from guanjia.core.text import clean
from guanjia.estate.models import Unit
from guanjia.estate.states import UnitStatus
from guanjia.money.discounts.models import DiscountGrant, DiscountItem, DiscountRule
from guanjia.money.discounts.rules import (
    Asking,
    DiscountKind,
    Drafting,
    fits_unit,
    may_become,
    may_decide,
    may_draft,
    may_end,
    may_grant,
)
from guanjia.money.discounts.states import DiscountState
from guanjia.money.ledger.actions import claim_request
from guanjia.money.tariffs.models import ChargeItem
from guanjia.records.actions import journal
from guanjia.records.models import Attachment

GRANT = "discount.request"  # scope of idempotency keys
# The journal's nouns; the audit looks for them.
NOUNS = {DiscountRule: "discount_rule", DiscountGrant: "discount"}
_TAKEN = Refusal("这个名称的减免规则已经有了", "请直接用它；要改内容的，先终止它，再另建一条")
_OVERLAPS = Refusal(
    "这套房屋在这段时间已经有这条规则的减免", "请看“减免”里它的起止日期，从它截止的次日起申请"
)
T = TypeVar("T", DiscountRule, DiscountGrant)


@transaction.atomic
def draft_rule(
    *,
    community: Community,
    drafting: Drafting,
    attachment: Attachment | None = None,
    by: User,
    at: datetime,
) -> DiscountRule:
    """Write a rule down for another's approval. Raises Refused where it lacks something or its name is taken."""
    must(may_draft(drafting))
    share = drafting.share
    with refusing(discounts_rule_name=_TAKEN):
        rule = DiscountRule.objects.create(
            community=community,
            kind=drafting.kind,
            name=clean(drafting.name, limit=40),
            share_bp=share.share_bp,
            monthly_fen=share.monthly_fen,
            begins_on=drafting.begins_on,
            ends_on=drafting.ends_on,
            evidence=clean(drafting.evidence),
            attachment=attachment,
            requested_at=at,
            requested_by=by,
        )
    items = ChargeItem.objects.filter(community=community, pk__in=drafting.item_ids)
    DiscountItem.objects.bulk_create(
        DiscountItem(community=community, rule=rule, item=item) for item in items.order_by("pk")
    )
    after = {"name": rule.name, "share": share.words, "items": [item.name for item in items]}
    _tell(rule, "request", by=by, at=at, after=after, reason=rule.evidence)
    return rule


@transaction.atomic
def request_grant(
    *,
    unit: Unit,
    rule: DiscountRule,
    asking: Asking,
    attachment: Attachment | None = None,
    key: UUID,
    by: User,
    at: datetime,
) -> DiscountGrant:
    """Ask for a rule's discount for a unit, once; the same ``key`` again returns the same grant (L7).

    Raises Refused where the rule isn't in force for these days, a vacancy's unit isn't vacant, or the unit has
    the rule's discount on one of them already; TextError without an applicant or evidence.
    """
    community = unit.community
    asked = {**asdict(asking), "unit": unit.pk, "rule": rule.pk, "by": by.pk}
    claimed = claim_request(community=community, scope=GRANT, key=key, request=asked)
    if claimed is None:
        rows = DiscountGrant.objects.filter(community=community)
        return rows.get(request_key__scope=GRANT, request_key__key=key)
    _may_grant(unit=unit, rule_id=rule.pk, asking=asking)
    with refusing(discounts_grant_one_at_a_time=_OVERLAPS):
        grant = DiscountGrant.objects.create(
            community=community,
            unit=unit,
            rule=rule,
            request_key=claimed,
            applicant=clean(asking.applicant, limit=60),
            noticed_on=asking.noticed_on,
            begins_on=asking.begins_on,
            ends_on=asking.ends_on,
            evidence=clean(asking.evidence),
            attachment=attachment,
            requested_at=at,
            requested_by=by,
        )
    told = {"unit": unit.pk, "rule": rule.name, "from": grant.begins_on, "to": grant.ends_on}
    _tell(grant, "request", by=by, at=at, after=told, reason=grant.evidence)
    return grant


def _may_grant(*, unit: Unit, rule_id: int, asking: Asking) -> None:
    """Look at the rule and the unit as they stand now, and keep both so until the end of the transaction."""
    rules = DiscountRule.objects.select_for_update(no_key=True)
    rule = rules.get(community=unit.community_id, pk=rule_id)
    must(
        may_grant(
            asking,
            rule=DiscountState(rule.state),
            rule_begins_on=rule.begins_on,
            rule_ends_on=rule.ends_on,
        )
    )
    now = Unit.objects.select_for_update(no_key=True).get(community=unit.community_id, pk=unit.pk)
    must(fits_unit(DiscountKind(rule.kind), is_vacant=now.status == UnitStatus.VACANT))


@transaction.atomic
def approve(*, asked: T, by: User, at: datetime) -> T:
    """Put a rule or a grant in force. Raises Refused to who asked for it, once it was decided, and as asking does."""
    asked = _held(asked)
    must(may_decide(DiscountState(asked.state), is_applicant=asked.requested_by_id == by.pk))
    if isinstance(asked, DiscountGrant):
        days = Asking(
            begins_on=asked.begins_on,
            ends_on=asked.ends_on,
            applicant=asked.applicant,
            noticed_on=asked.noticed_on,
            evidence=asked.evidence,
        )
        _may_grant(unit=asked.unit, rule_id=asked.rule_id, asking=days)
    move(asked, DiscountState.APPROVED, decided_by=by, decided_at=at)
    _tell(asked, "approve", by=by, at=at)
    return asked


@transaction.atomic
def refuse(*, asked: T, reason: str, by: User, at: datetime) -> T:
    """Refuse it with a reason. Raises Refused to who asked for it and once it was decided, TextError without a reason."""
    asked, reason = _held(asked), clean(reason)
    must(may_decide(DiscountState(asked.state), is_applicant=asked.requested_by_id == by.pk))
    move(asked, DiscountState.REFUSED, decided_by=by, decided_at=at, decision=reason)
    _tell(asked, "refuse", by=by, at=at, reason=reason)
    return asked


@transaction.atomic
def withdraw(*, asked: T, reason: str, by: User, at: datetime) -> T:
    """Take it back before it is decided. Raises Refused, TextError without a reason."""
    asked, reason = _held(asked), clean(reason)
    must(may_become(DiscountState(asked.state), DiscountState.WITHDRAWN))
    move(asked, DiscountState.WITHDRAWN, closed_by=by, closed_at=at, closing=reason)
    _tell(asked, "withdraw", by=by, at=at, reason=reason)
    return asked


@transaction.atomic
def end(*, asked: T, last: date, reason: str, by: User, at: datetime) -> T:
    """Set the last day of what was approved, with a reason; bills issued before keep what was taken off them.

    Raises Refused for a day before its first or after its last, TextError without a reason.
    """
    asked, reason = _held(asked), clean(reason)
    state, days = DiscountState(asked.state), (asked.begins_on, asked.ends_on)
    must(may_end(state, last=last, begins_on=days[0], ends_on=days[1]))
    before = {"to": asked.ends_on}
    closing = {"closed_by": by, "closed_at": at, "closing": reason}
    move(asked, DiscountState.ENDED, ends_on=last, **closing)
    _tell(asked, "end", by=by, at=at, before=before, after={"to": last}, reason=reason)
    return asked


def _held(asked: T) -> T:
    """Lock the rule or grant and return it as it stands now; a run that is on its way is waited for."""
    rows = type(asked).objects.select_for_update(no_key=True)
    return rows.get(community=asked.community_id, pk=asked.pk)


def _tell(
    asked: DiscountRule | DiscountGrant, verb: str, *, by: User, at: datetime, **words: object
) -> None:
    journal(
        community=asked.community,
        by=by,
        at=at,
        action=f"{NOUNS[type(asked)]}.{verb}",
        subject=asked,
        **words,  # type: ignore[arg-type]  # before, after and reason, as journal takes them
    )
