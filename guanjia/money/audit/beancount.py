"""The books as a beancount file, for anybody's own arithmetic: accounts, entries, and balances to check against.

A balance is asserted to the fen on every account. What each unit owes is asserted from its bills and not from the
ledger's lines, so that ``bean-check`` compares the two.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from enum import Enum, auto
from itertools import groupby
from operator import itemgetter

from guanjia.accounts.models import Community
from guanjia.core.money import yuan
from guanjia.money.audit.books import Row, stream
from guanjia.money.bills.rules import AdjustmentKind
from guanjia.money.ledger.chart import ACCOUNT_NAMES, Account
from guanjia.money.ledger.models import EntryKind
from guanjia.money.payments.rules import Method
from guanjia.money.refunds.models import Voucher

# An account's kind by the first digit of its code, as the Chinese standard chart has it.
_ROOTS = {"1": "Assets", "2": "Liabilities", "4": "Equity", "6": "Income"}

_ACCOUNTS = """
SELECT l.*, c.name AS community, u.number AS unit,
    CASE WHEN l.account = 1122 THEN coalesce(b.open_fen, 0) ELSE l.fen END AS balance_fen
FROM (
    SELECT l.community_id, l.account, l.unit_id, min(e.business_date) AS opened_on, sum(l.amount_fen)::bigint AS fen
    FROM ledger_entryline l JOIN ledger_entry e ON e.community_id = l.community_id AND e.id = l.entry_id
    GROUP BY l.community_id, l.account, l.unit_id
) l
JOIN accounts_community c ON c.id = l.community_id
LEFT JOIN estate_unit u ON u.community_id = l.community_id AND u.id = l.unit_id
LEFT JOIN (
    SELECT community_id, unit_id, sum(amount_fen - reduced_fen - paid_fen)::bigint AS open_fen FROM bills_bill GROUP BY 1, 2
) b ON b.community_id = l.community_id AND b.unit_id = l.unit_id
"""
_LINES = """
SELECT e.community_id, e.id AS entry_id, e.kind, e.business_date, e.reverses_id, l.id AS line_id, l.account,
    l.unit_id, l.amount_fen, i.name AS item, to_char(r.month, 'YYYY-MM') AS month, coalesce(p.payer_name, f.payee_name) AS payee,
    (SELECT array_agg(t.method ORDER BY t.id) FROM payments_part t
     WHERE t.community_id = p.community_id AND t.payment_id = p.id) AS methods,
    d.prefix || lpad(c.number::text, 7, '0') AS receipt, v.number AS voucher, a.kind AS adjustment, a.reason
FROM ledger_entry e
JOIN ledger_entryline l ON l.community_id = e.community_id AND l.entry_id = e.id
LEFT JOIN bills_billrun r ON r.community_id = e.community_id AND r.entry_id = e.id
LEFT JOIN tariffs_chargeitem i ON i.community_id = r.community_id AND i.id = r.item_id
LEFT JOIN payments_payment p ON p.community_id = e.community_id AND p.entry_id = coalesce(e.reverses_id, e.id)
LEFT JOIN payments_receipt c ON c.community_id = p.community_id AND c.payment_id = p.id
LEFT JOIN payments_desk d ON d.community_id = c.community_id AND d.id = c.desk_id
LEFT JOIN refunds_voucher v ON v.community_id = e.community_id AND v.entry_id = e.id
LEFT JOIN refunds_refund f ON f.community_id = v.community_id AND f.id = v.refund_id
LEFT JOIN LATERAL (
    SELECT x.kind, x.reason FROM bills_adjustment x
    WHERE e.kind = 'adjustment' AND x.community_id = e.community_id AND x.entry_id = e.id ORDER BY x.id LIMIT 1
) a ON true
"""


class Directive(Enum):
    """What a piece of the file says."""

    OPTION = auto()
    OPEN = auto()
    ENTRY = auto()
    BALANCE = auto()


def directives(community: Community | None) -> Iterator[tuple[Directive, str]]:
    """Yield the file piece by piece, of one community or of all; call it inside a snapshot."""
    yield Directive.OPTION, 'option "operating_currency" "CNY"\n'
    for row in _accounts(community):
        yield Directive.OPEN, _open(row)
    last_day = date.min
    lines = stream(_LINES, community, "ORDER BY business_date, community_id, entry_id, line_id")
    for _, entry in groupby(lines, itemgetter("community_id", "entry_id")):
        postings = list(entry)
        last_day = postings[0]["business_date"]
        yield Directive.ENTRY, _entry(postings)
    for row in _accounts(community):
        # "~ 0": without it a difference of one fen would be tolerated.
        amount = f"{yuan(row['balance_fen'])} ~ 0 CNY"
        yield (
            Directive.BALANCE,
            f"{last_day + timedelta(days=1)} balance {account_name(row)}  {amount}\n",
        )


def account_name(row: Row) -> str:
    """Return the beancount account of a community's account, such as ``Assets:P1:1122-应收账款:U7`` for unit 7."""
    code = str(row["account"])
    name = re.sub(r"[^\w]|_", "-", ACCOUNT_NAMES[Account(row["account"])])
    unit = f":U{row['unit_id']}" if row["unit_id"] else ""
    return f"{_ROOTS[code[0]]}:P{row['community_id']}:{code}-{name}{unit}"


def _accounts(community: Community | None) -> Iterator[Row]:
    return stream(_ACCOUNTS, community, "ORDER BY community_id, account, unit_id")


def _open(row: Row) -> str:
    lines = [
        f"{row['opened_on']} open {account_name(row)} CNY",
        f"  community: {_quoted(row['community'])}",
    ]
    if row["unit"]:
        lines.append(f"  unit: {_quoted(row['unit'])}")
    return "\n".join(lines) + "\n"


def _entry(postings: list[Row]) -> str:
    head = postings[0]
    payee = f"{_quoted(head['payee'])} " if head["payee"] else ""
    lines = [
        f"{head['business_date']} * {payee}{_quoted(_narration(head))}",
        f"  entry: {head['entry_id']}",
        *(f"  {account_name(line)}  {yuan(line['amount_fen'])} CNY" for line in postings),
    ]
    return "\n".join(lines) + "\n"


def _narration(head: Row) -> str:
    words = [EntryKind(head["kind"]).label]
    if head["item"]:
        words += [head["item"], head["month"]]
    if head["methods"]:
        words += ["、".join(Method(method).label for method in head["methods"])]
        words.append(f"收据 {head['receipt']}")
    if head["voucher"]:
        words.append(f"退款凭证 {Voucher(number=head['voucher'])}")
    if head["adjustment"]:
        words += [AdjustmentKind(head["adjustment"]).label, head["reason"]]
    if head["reverses_id"]:
        words.append(f"原分录 {head['reverses_id']}")
    return " ".join(map(str, words))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
