"""Faults planted in bills: a household charged twice."""

BILL_FAULTS = {
    "a household billed twice": (
        "periods_apart",
        "DROP INDEX bills_bill_once_a_household",
        "INSERT INTO estate_household (community_id, name) VALUES (%(c)s, '张家')",
        (
            "UPDATE bills_bill SET household_id = (SELECT max(id) FROM estate_household)"
            " WHERE period_first = '2026-11-01' AND unit_id IN (%(first)s, %(second)s)"
        ),
    ),
}
