"""Communities by the million units: rows made by the server itself, as the tables' owner."""

from dataclasses import dataclass

from guanjia.bench.ground import Ground

_UNITS = """
INSERT INTO estate_unit (community_id, kind, number, key, entrance, leads_household, layout, status, gross_area)
SELECT %(community)s, 'dwelling', n, n, '', false, '', 'occupied', 60 + i %% 9000 / 100.0
FROM generate_series(1, %(units)s) AS i, LATERAL (SELECT '1-' || i / 100 + 1 || '-' || 100 + i %% 100) AS named(n)
"""
_OWNERS = """
WITH unit AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place FROM estate_unit WHERE community_id = %(community)s
), owner AS (
    INSERT INTO estate_party (community_id, kind, name, search_keys, note)
    SELECT %(community)s, 'person', '业主' || place, ARRAY[%(community)s || ':业主' || place], '' FROM unit
    RETURNING id
), numbered AS (SELECT id, row_number() OVER (ORDER BY id) AS place FROM owner)
INSERT INTO estate_tenure (community_id, unit_id, party_id, capacity, begins_on, is_debtor, relation, scope, document_no)
SELECT %(community)s, unit.id, numbered.id, 'owner', '2020-01-01', true, '', '{}', ''
FROM unit JOIN numbered USING (place)
"""
_ITEM = """
WITH item AS (
    INSERT INTO tariffs_chargeitem (community_id, name, is_agency, position) VALUES (%(community)s, %(name)s, false, 0)
    RETURNING id
), tariff AS (
    INSERT INTO tariffs_tariff (community_id, item_id, name) SELECT %(community)s, id, %(name)s FROM item
    RETURNING id, item_id
), version AS (
    INSERT INTO tariffs_tariffversion (community_id, tariff_id, effective_from, basis, unit_price, addition_fen,
        cycle_months, anchor, timing, due_days, part_month, rounding, evidence)
    SELECT %(community)s, id, '2020-01-01', 'gross_area', 2.4, 0, 1, 'calendar', 'prepaid', 30, 'actual_days',
        'half_up', '合同' FROM tariff
    RETURNING id
), paying AS (
    INSERT INTO tariffs_unittariff (community_id, unit_id, item_id, tariff_id, begins_on)
    SELECT %(community)s, u.id, tariff.item_id, tariff.id, '2020-01-01'
    FROM estate_unit u, tariff WHERE u.community_id = %(community)s
)
SELECT item.id, version.id FROM item, version
"""


_FAMILY = """
WITH unit AS (
    SELECT id, row_number() OVER () AS place FROM estate_unit, generate_series(1, %(others)s)
    WHERE community_id = %(community)s
), person AS (
    INSERT INTO estate_party (community_id, kind, name, search_keys, note, phone_index)
    SELECT %(community)s, 'person', '住户' || place, ARRAY[%(community)s || ':住', %(community)s || ':住户' || place], '',
        decode(md5(place::text), 'hex')
    FROM unit RETURNING id
), numbered AS (SELECT id, row_number() OVER (ORDER BY id) AS place FROM person)
INSERT INTO estate_tenure (community_id, unit_id, party_id, capacity, begins_on, is_debtor, relation, scope, document_no)
SELECT %(community)s, unit.id, numbered.id, 'household_member', '2020-01-01', false, '家属', '{}', ''
FROM unit JOIN numbered USING (place)
"""
_BILLS = """
WITH month AS (
    SELECT n, (date '2024-01-01' + n * interval '1 month')::date AS first FROM generate_series(1, %(months)s) AS n
), run AS (
    INSERT INTO bills_billrun (community_id, item_id, month, entry_id, bill_count, total_fen)
    SELECT %(community)s, %(item)s, first, %(entry)s, 0, 0 FROM month RETURNING id, month AS first
)
INSERT INTO bills_bill (community_id, unit_id, item_id, tariff_version_id, run_id, debtor_id, period_first,
    period_last, due_on, quantity, months, part_days, part_base, amount_fen, paid_fen)
SELECT %(community)s, t.unit_id, %(item)s, %(version)s, run.id, t.party_id, run.first,
    (run.first + interval '1 month - 1 day')::date, run.first + 30, 60, 1, 0, 1, 14400,
    CASE WHEN month.n > %(paid)s THEN 0 ELSE 14400 END
FROM run JOIN month USING (first), estate_tenure t WHERE t.community_id = %(community)s AND t.is_debtor
"""


@dataclass(frozen=True, slots=True)
class Estate:
    """A community made for a bench: its id and size, its charge items and their versions."""

    community: int
    units: int
    items: tuple[int, ...]
    versions: tuple[int, ...]


def make_community(ground: Ground, *, units: int, items: int) -> Estate:
    """Make a community whose ``units`` units have an owner each and pay ``items`` charge items by area."""
    owner = ground.owner
    owner.execute("INSERT INTO accounts_company (name) VALUES ('示例物业') ON CONFLICT DO NOTHING")
    made = owner.execute(
        "INSERT INTO accounts_community (company_id, code, name, service_phone, is_demo)"
        " SELECT id, 'b' || count, '示例' || count, '', true"
        " FROM accounts_company, (SELECT count(*) FROM accounts_community) AS c RETURNING id"
    ).fetchone()
    community = made[0] if made else 0
    values = {"community": community, "units": units}
    owner.execute(_UNITS, values)
    owner.execute(
        "ANALYZE estate_unit"
    )  # else a later community's units are planned as if they were few
    owner.execute(_OWNERS, values)
    ids = [
        owner.execute(_ITEM, {**values, "name": f"费用{n}"}).fetchone() or (0, 0)
        for n in range(items)
    ]
    return Estate(
        community, units, tuple(item for item, _ in ids), tuple(version for _, version in ids)
    )


def add_people(ground: Ground, estate: Estate, *, others: int) -> None:
    """Register ``others`` more people at each unit."""
    ground.owner.execute(_FAMILY, {"community": estate.community, "others": others})


def add_bills(ground: Ground, estate: Estate, *, paid: int, unpaid: int) -> None:
    """Give each unit bills of the first charge item, the older ones paid; the ledger is left out of it."""
    owner = ground.owner
    books = ("ledger_entry", "bills_bill")
    for table in books:
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    entry = owner.execute(
        "INSERT INTO ledger_entry (community_id, kind, business_date) VALUES (%s, 'bills', current_date) RETURNING id",
        [estate.community],
    ).fetchone()
    owner.execute(
        _BILLS,
        {
            "community": estate.community,
            "item": estate.items[0],
            "version": estate.versions[0],
            "entry": entry and entry[0],
            "months": paid + unpaid,
            "paid": paid,
        },
    )
    for table in books:
        owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
