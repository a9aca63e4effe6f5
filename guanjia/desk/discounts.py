"""What the pages about discounts tell: how far a rule or a grant has come, and who may do what about it now."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as say

from guanjia.accounts.access import Standing
from guanjia.accounts.permissions import Permission
from guanjia.core.calendar import business_date
from guanjia.core.refusal import Verdict
from guanjia.desk.discount_forms import EndingForm, GrantForm
from guanjia.desk.household import Household
from guanjia.desk.refund_forms import WhyForm
from guanjia.desk.refunds import Step
from guanjia.money.bills.backdating import Backdated, backdated
from guanjia.money.discounts.models import DiscountGrant, DiscountRule
from guanjia.money.discounts.reads import (
    grants_in,
    no_longer_vacant,
    rules_in,
    rules_to_grant,
)
from guanjia.money.discounts.rules import may_decide
from guanjia.money.discounts.states import DiscountState

_ROUTES = {DiscountRule: "desk:discount-rule", DiscountGrant: "desk:discount"}
# A rule is worth an approver's look before it ends; a grant is ended by whoever sees that somebody lives there.
_ENDS = {DiscountRule: Permission.DISCOUNT_APPROVE, DiscountGrant: Permission.DISCOUNT_REQUEST}


def _url(asked: DiscountRule | DiscountGrant, code: str, part: str = "") -> str:
    route = _ROUTES[type(asked)]
    return reverse(f"{route}-{part}" if part else route, args=[code, asked.pk])


@dataclass(frozen=True, slots=True)
class Review:
    """What was done about a rule or a grant, and what this person may do now: ``urls`` name where to."""

    steps: list[Step]
    urls: dict[str, str]
    decision: Verdict  # why not, where the person is who asked
    forms: dict[str, Any]
    lost: list[
        str
    ]  # why what was sent is refused, where somebody else was first and its form is gone


def review_of(
    asked: DiscountRule | DiscountGrant, standing: Standing, sent: dict[str, Any] | None = None
) -> Review:
    """Return what its page shows beside it; ``sent`` are forms that were sent and refused."""
    state = DiscountState(asked.state)
    may = {
        "approval": state is DiscountState.REQUESTED and standing.may(Permission.DISCOUNT_APPROVE),
        "refusal": state is DiscountState.REQUESTED and standing.may(Permission.DISCOUNT_APPROVE),
        "withdrawal": state is DiscountState.REQUESTED
        and standing.may(Permission.DISCOUNT_REQUEST),
        "end": state is DiscountState.APPROVED and standing.may(_ENDS[type(asked)]),
    }
    code, sent = standing.community.code, sent or {}
    return Review(
        steps=list(_steps(asked)),
        urls={part: _url(asked, code, part) for part, holds in may.items() if holds},
        decision=may_decide(state, is_applicant=asked.requested_by_id == standing.user.pk),
        forms={
            "refusal": WhyForm(prefix="refusal"),
            "withdrawal": WhyForm(prefix="withdrawal"),
            "end": EndingForm(asked=asked),
            **sent,
        },
        lost=[
            str(words)
            for part, form in sent.items()
            if not may[part]
            for words in form.non_field_errors()
        ],
    )


def _steps(asked: DiscountRule | DiscountGrant) -> Iterator[Step]:
    yield Step(say("申请"), asked.requested_by, asked.requested_at)
    if asked.decided_by and asked.decided_at:
        refused = asked.state == DiscountState.REFUSED
        label = say("驳回") if refused else say("批准")
        yield Step(label, asked.decided_by, asked.decided_at, asked.decision)
    if asked.closed_by and asked.closed_at:
        ended = asked.state == DiscountState.ENDED
        label = say("终止") if ended else say("撤回")
        yield Step(label, asked.closed_by, asked.closed_at, asked.closing)


@dataclass(frozen=True, slots=True)
class Issued:
    """Bills that were issued before the grant was approved; ``url`` takes it off them, "" where this person does not."""

    rows: list[Backdated]
    url: str

    @property
    def off_fen(self) -> int:
        """What it takes off all of them."""
        return sum(row.off_fen for row in self.rows)

    @property
    def late_fen(self) -> int:
        """What it comes too late for."""
        return sum(row.late_fen for row in self.rows)


def issued_before(grant: DiscountGrant, standing: Standing) -> Issued:
    """Return the bills of its days that the grant has taken nothing off."""
    rows = backdated(grant)
    may = any(row.off_fen for row in rows) and standing.may(Permission.DISCOUNT_APPROVE)
    return Issued(rows, _url(grant, standing.community.code, "reductions") if may else "")


def grant_form(household: Household, data: Any = None, files: Any = None) -> GrantForm:
    """Return the form for a discount of the household's unit: from this month on, asked for by who owes."""
    debtor = household.file.debtor
    return GrantForm(
        data,
        files,
        rules=rules_to_grant(household.unit.community, household.day),
        initial={
            "begins_on": household.day.replace(day=1),
            "applicant": debtor.party.name if debtor else "",
            "noticed_on": household.day,
        },
    )


def waiting_for(standing: Standing) -> dict[str, int]:
    """Return how many rules and grants wait for this person's approval, and how many vacancies' grants run on unduly."""
    found = {}
    if standing.may(Permission.DISCOUNT_APPROVE):
        mine = {"state": DiscountState.REQUESTED}
        for name, rows in (
            ("grants", grants_in(standing.community)),
            ("rules", rules_in(standing.community)),
        ):
            found[name] = rows.filter(**mine).exclude(requested_by=standing.user.pk).count()
    if standing.may(Permission.DISCOUNT_REQUEST):
        today = business_date(timezone.now())
        found["occupied"] = no_longer_vacant(standing.community, today).count()
    return {name: count for name, count in found.items() if count}
