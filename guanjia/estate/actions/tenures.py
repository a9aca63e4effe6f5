"""Beginning, ending and handing on what parties are to a unit.

Every verb locks the unit first, so that the rules see all its tenures; the database's exclusion
constraint stands behind them.
"""

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from guanjia.accounts.models import User
from guanjia.core.refusal import Refusal, Refused
from guanjia.estate.models import Party, Tenure, Unit
from guanjia.estate.rules import Terms, may_begin, may_change_status, may_take_over
from guanjia.estate.states import TITLE_HOLDERS, Capacity, UnitStatus
from guanjia.records.actions import journal

# Who goes with the title; a tenant stays, since a sale does not break a lease (民法典 725).
_LEAVING = (*TITLE_HOLDERS, Capacity.HOUSEHOLD_MEMBER, Capacity.AGENT)


@transaction.atomic
def begin_tenure(*, unit: Unit, party: Party, terms: Terms, by: User, at: datetime) -> Tenure:
    """Put a party on a unit. Raises Refused for a second debtor, too large shares, a loose power of attorney."""
    unit = _locked(unit)
    others = list(_overlapping(unit, terms.begins_on, terms.ends_on))
    shares = [
        Fraction(other.share_numerator, other.share_denominator)
        for other in others
        if other.share_numerator and other.share_denominator
    ]
    refusal = may_begin(terms, others, shares)
    if refusal is not None:
        raise Refused(refusal)
    tenure = _create(unit, party, terms)
    journal(
        community=unit.community,
        by=by,
        at=at,
        action="tenure.begin",
        subject=unit,
        after=_told(tenure),
    )
    return tenure


@transaction.atomic
def end_tenure(
    *, tenure: Tenure, last_day: date, by: User, at: datetime, reason: str = ""
) -> Tenure:
    """End a tenure; ``last_day`` still counts. Raises Refused for the debtor: title passes, it does not stop."""
    unit = _locked(tenure.unit)
    tenure = Tenure.objects.get(community=unit.community_id, pk=tenure.pk)
    if tenure.is_debtor:
        raise Refused(Refusal("缴费责任人不能直接结束", "请办理过户，由新业主承接之后的费用"))
    if last_day < tenure.begins_on or (tenure.ends_on and tenure.ends_on < last_day):
        raise Refused(Refusal("截止日不在登记的期限之内", "请核对日期；延长期限请重新登记"))
    before = _told(tenure)
    tenure.ends_on = last_day
    tenure.save(update_fields=["ends_on"])
    journal(
        community=unit.community,
        by=by,
        at=at,
        action="tenure.end",
        subject=unit,
        before=before,
        after=_told(tenure),
        reason=reason,
    )
    return tenure


@transaction.atomic
def reinstate_tenure(
    *, tenure: Tenure, ended: date, ends_on: date | None, by: User, at: datetime
) -> Tenure:
    """Take back that a tenure was ended on ``ended``: it runs to ``ends_on`` again. Raises Refused after a change."""
    unit = _locked(tenure.unit)
    tenure = Tenure.objects.get(community=unit.community_id, pk=tenure.pk)
    if tenure.ends_on != ended:
        raise Refused(Refusal("这条登记后来又改过", "请核对现在的登记，需要时重新登记"))
    before = _told(tenure)
    tenure.ends_on = ends_on
    try:
        with transaction.atomic():
            tenure.save(update_fields=["ends_on"])
    except IntegrityError as clash:
        raise Refused(Refusal("这期间另有登记，恢复会重叠", "请核对现在的登记")) from clash
    after = _told(tenure)
    journal(
        community=unit.community,
        by=by,
        at=at,
        action="tenure.reinstate",
        subject=unit,
        before=before,
        after=after,
    )
    return tenure


@transaction.atomic
def transfer_ownership(*, unit: Unit, to: Party, on: date, by: User, at: datetime) -> Tenure:
    """Pass the title: ``to`` owns and owes from ``on``, those before him until the day before (OWN-R1).

    Debts up to then stay the former owner's. Raises Refused.
    """
    unit = _locked(unit)
    if UnitStatus(unit.status) is UnitStatus.UNSOLD:
        raise Refused(Refusal("该房屋尚未交付", "首次交付请办理交付手续"))
    return _pass_title(unit, to, on, action="unit.transfer", by=by, at=at)


@transaction.atomic
def hand_over_unit(*, unit: Unit, to: Party, on: date, by: User, at: datetime) -> Tenure:
    """Hand a unit over to its first owner: the developer owes until the day before ``on``. Raises Refused."""
    unit = _locked(unit)
    refusal = may_change_status(UnitStatus(unit.status), UnitStatus.HANDED_OVER)
    if refusal is not None:
        raise Refused(refusal)
    unit.status, unit.handed_over_on = UnitStatus.HANDED_OVER, on
    unit.save(update_fields=["status", "handed_over_on"])
    return _pass_title(unit, to, on, action="unit.hand_over", by=by, at=at)


def _pass_title(unit: Unit, to: Party, on: date, *, action: str, by: User, at: datetime) -> Tenure:
    leaving = list(_overlapping(unit, on, None).filter(capacity__in=_LEAVING))
    refusal = may_take_over(leaving, on)
    if refusal is not None:
        raise Refused(refusal)
    before = [_told(tenure) for tenure in leaving]
    Tenure.objects.filter(community=unit.community_id, pk__in=[t.pk for t in leaving]).update(
        ends_on=on - timedelta(days=1)
    )
    tenure = _create(unit, to, Terms(Capacity.OWNER, begins_on=on, is_debtor=True))
    journal(
        community=unit.community,
        by=by,
        at=at,
        action=action,
        subject=unit,
        before={"tenures": before},
        after=_told(tenure),
    )
    return tenure


def _locked(unit: Unit) -> Unit:
    rows = Unit.objects.select_for_update(of=("self",)).select_related("community")
    return rows.get(community=unit.community_id, pk=unit.pk)


def _overlapping(unit: Unit, begins_on: date, ends_on: date | None) -> QuerySet[Tenure]:
    rows = Tenure.objects.filter(community=unit.community_id, unit=unit)
    rows = rows.filter(Q(ends_on=None) | Q(ends_on__gte=begins_on))
    return rows if ends_on is None else rows.filter(begins_on__lte=ends_on)


def _create(unit: Unit, party: Party, terms: Terms) -> Tenure:
    return Tenure.objects.create(
        community=unit.community,
        unit=unit,
        party=party,
        capacity=terms.capacity,
        begins_on=terms.begins_on,
        ends_on=terms.ends_on,
        is_debtor=terms.is_debtor,
        share_numerator=terms.share.numerator if terms.share else None,
        share_denominator=terms.share.denominator if terms.share else None,
        relation=terms.relation,
        scope=list(terms.scope),
        document_no=terms.document_no,
    )


def _told(tenure: Tenure) -> dict[str, Any]:
    return {
        "tenure": tenure.pk,
        "party": tenure.party_id,
        "capacity": str(tenure.capacity),
        "begins_on": tenure.begins_on,
        "ends_on": tenure.ends_on,
        "is_debtor": tenure.is_debtor,
    }
