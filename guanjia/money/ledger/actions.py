"""Posting: the only way an entry comes to be."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from guanjia.accounts.models import Community, User
from guanjia.core.database.refusing import refusing
from guanjia.core.refusal import Refusal, Refused
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import (
    OFFICE_SERIES,
    Entry,
    EntryKind,
    EntryLine,
    RequestKey,
)

DAY_OPEN = "ledger_day_open"


@dataclass(frozen=True, slots=True)
class Line:
    """An amount to post: fen, debit positive, credit negative, on a unit where it concerns one."""

    account: Account
    amount_fen: int
    unit_id: int | None = None


def day_open(business_date: date) -> dict[str, Refusal]:
    """Return what to say where the database finds the day closed (L8), by its constraint."""
    return {
        DAY_OPEN: Refusal(
            f"{business_date} 已日结，不能再入账", "请记入下一个营业日，或在“日结”里申请重开这一天"
        )
    }


def day_lock(community: Community | int, day: date) -> str:
    """Return the name of the lock under which ``day`` is closed; the triggers spell it the same way."""
    pk = community if isinstance(community, int) else community.pk
    return f"ledger day {pk} {day}"


def post(
    *,
    community: Community,
    kind: EntryKind,
    business_date: date,
    lines: Iterable[Line],
    by: User | None,
    reverses: Entry | None = None,
    series: str = OFFICE_SERIES,
) -> Entry:
    """Post one balanced entry inside the caller's transaction, as the next link of ``series``.

    Raises Refused on a closed day (L8). The database refuses lines that do not add up to 0 (L1) and amounts
    of 0 (L4) with an IntegrityError: those are faults of the program.
    """
    with refusing(**day_open(business_date)):
        entry = Entry.objects.create(
            community=community,
            kind=kind,
            business_date=business_date,
            by=by,
            reverses=reverses,
            series=series,
        )
    EntryLine.objects.bulk_create(
        EntryLine(
            community=community,
            entry=entry,
            account=line.account,
            amount_fen=line.amount_fen,
            unit_id=line.unit_id,
        )
        for line in lines
    )
    return entry


def claim_request(
    *, community: Community, scope: str, key: UUID, request: Mapping[str, Any]
) -> RequestKey | None:
    """Claim ``key`` for ``request``: the row when it is new, None when the same request came before (L7).

    A second press waits here until the first has committed or rolled back. Raises Refused when the key
    was used for another request.
    """
    digest = hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_requestkey (community_id, scope, key, request_hash) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (community_id, scope, key) DO NOTHING RETURNING id",
            [community.pk, scope, key, digest],
        )
        made = cursor.fetchone()
    if made:
        return RequestKey(
            pk=made[0], community=community, scope=scope, key=key, request_hash=digest
        )
    earlier = RequestKey.objects.get(community=community, scope=scope, key=key)
    if bytes(earlier.request_hash) != digest:
        raise Refused(
            Refusal(
                "同一次提交的内容前后不一致", "请刷新页面，核对金额后重新收款；先前那一笔没有改变"
            )
        )
    return None
