"""An office that takes discounts off its bills, and what may be wrong with them."""

# ruff: noqa: S608 - the faults are put together from names of our own

from datetime import date
from typing import Any

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.money.discounts.actions import end, refuse, withdraw
from guanjia.money.discounts.rules import DiscountKind, Share
from guanjia.money.discounts.tests.factories import a_rule, ask, draft, granted
from guanjia.money.payments.tests.factories import make_office

DISCOUNT_TABLES = (
    "discounts_discountrule",
    "discounts_discountitem",
    "discounts_discountgrant",
)


def discounting_office() -> None:
    """Take two rules' discounts off a bill; end a grant and grant it anew; refuse one and withdraw one."""
    office = make_office()
    vacancy = a_rule(office)
    other = a_rule(office, kind=DiscountKind.OTHER, name="员工优惠", share=Share(None, 20_00))
    unit, _ = office.unit(), office.unit()
    first = granted(vacancy, unit, date(2026, 11, 1))
    granted(other, unit, date(2026, 11, 11))
    office.bill("2026-11")
    director = make_user(community=office.community, role=Role.DIRECTOR)
    words: dict[str, Any] = {"by": director, "at": MORNING, "reason": "业主回来住了"}
    end(asked=first, last=date(2026, 11, 20), **words)
    granted(vacancy, unit, date(2026, 12, 10), date(2026, 12, 20))
    office.bill("2026-12")
    refuse(asked=ask(vacancy, unit, date(2027, 1, 1)), **words)
    withdraw(asked=draft(office, name="七折"), **words)


OFF = "grant_id IS NOT NULL"
DISCOUNT_FAULTS = {
    "a discount that somebody else approved": (
        "discounts_granted",
        f"UPDATE bills_adjustment SET approved_by_id = %(by)s WHERE {OFF}",
    ),
    "a discount on another unit's grant": (
        "discounts_granted",
        (
            "UPDATE discounts_discountgrant SET unit_id = (SELECT max(u.id) FROM estate_unit u"
            " WHERE u.community_id = discounts_discountgrant.community_id)"
        ),
    ),
    "a discount before the grant's first day": (
        "discounts_granted",
        "UPDATE discounts_discountgrant SET begins_on = begins_on + 1 WHERE begins_on = '2026-11-11'",
    ),
    "a discount of an item that the rule does not name": (
        "discounts_granted",
        "DELETE FROM discounts_discountitem",
    ),
    "a discount of more than the rule's share": (
        "discounts_computed",
        "UPDATE discounts_discountrule SET share_bp = share_bp - 100 WHERE share_bp IS NOT NULL",
    ),
    "a discount for days that it is not computed by": (
        "discounts_computed",
        f"UPDATE bills_adjustment SET covered_first = covered_first + 1 WHERE {OFF} AND kind = 'discount'",
    ),
    "a rule approved by who drafted it": (
        "discounts_by_two",
        "ALTER TABLE discounts_discountrule DROP CONSTRAINT discountrule_two_people",
        "UPDATE discounts_discountrule SET decided_by_id = requested_by_id WHERE state = 'approved'",
    ),
    "a rule granted twice for the same days": (
        "discounts_apart",
        "ALTER TABLE discounts_discountgrant DROP CONSTRAINT discounts_grant_one_at_a_time",
        "UPDATE discounts_discountgrant SET begins_on = '2026-11-20' WHERE begins_on = '2026-12-10'",
    ),
    "an end that the journal forgot": (
        "acts_journalled",
        "DELETE FROM records_journalentry WHERE action = 'discount.end'",
    ),
    "a grant pressed for by no key of its kind": (
        "keys_used",
        "UPDATE ledger_requestkey SET scope = 'other' WHERE scope = 'discount.request'",
    ),
}
