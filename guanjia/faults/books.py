"""What the books and the witness have, beside what was acknowledged at the desks."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db import connection

from guanjia.accounts.models import Community
from guanjia.faults.load import Press, Told
from guanjia.money.audit.books import snapshot
from guanjia.money.audit.checks import audit
from guanjia.money.ledger.witness import witness
from guanjia.money.payments.taking import SCOPE

_KEYS = """
SELECT k.key, r.desk_id, r.number, p.amount_fen, p.business_date
FROM ledger_requestkey k
LEFT JOIN payments_payment p ON p.community_id = k.community_id AND p.request_key_id = k.id
LEFT JOIN payments_receipt r ON r.community_id = p.community_id AND r.payment_id = p.id
WHERE k.community_id = %s AND k.scope = %s
"""
_LOST_JOBS = """
SELECT id FROM unnest(%s::bigint[]) AS queued(id) WHERE NOT EXISTS (
    SELECT FROM procrastinate_jobs j WHERE j.id = queued.id AND j.status IN ('todo', 'doing', 'succeeded')
) ORDER BY id
"""


def faults(community: Community, presses: Iterable[Press]) -> Iterator[str]:
    """Yield what breaks the promise: an acknowledged payment is there once, another once or not at all.

    Call it while nothing is under way; whatever was not acknowledged may still be asked for again.
    """
    known = witness().last(community.pk)
    witnessed = {series: testimony.number for series, testimony in known.items()}
    with connection.cursor() as cursor:
        cursor.execute(_KEYS, [community.pk, SCOPE])
        found = defaultdict(list)
        for key, *row in cursor.fetchall():
            found[key].append(tuple(row))
    for press in presses:
        rows = found.pop(press.key, [])
        yield from _of_one(press, rows, witnessed)
    for key in found:
        yield f"没有人按过的一笔：{key}"


def _of_one(
    press: Press, rows: list[tuple[object, ...]], witnessed: dict[str, int]
) -> Iterator[str]:
    wanted = {
        (told.desk, told.number, press.fen, day)
        for told in filter(None, [press.told])
        for day in press.days
    }
    if press.told is None:
        if len(rows) > 1:
            yield f"没有答复的一笔记了 {len(rows)} 次：{press.key}"
        return
    if not rows:
        yield f"答复过的一笔丢了：{press.told}（{press.key}）"
    elif len(rows) > 1:
        yield f"答复过的一笔记了 {len(rows)} 次：{press.told}（{press.key}）"
    elif rows[0] not in wanted:
        yield f"答复过的一笔变了：{rows[0]}，不是 {press.told} {press.fen} 分（{press.key}）"
    if witnessed.get(f"desk {press.told.desk}", 0) < press.told.number:
        yield f"答复过的一笔外部见证不知道：{press.told}（{press.key}）"


def receipt_of(community: Community, press: Press) -> Told | None:
    """Return the receipt that the books have for a press."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_KEYS} AND k.key = %s", [community.pk, SCOPE, press.key])
        rows = cursor.fetchall()
    return Told(rows[0][1], rows[0][2]) if rows and rows[0][2] else None


def broken_laws() -> Iterator[str]:
    """Yield the laws that the audit finds broken, the witness's among them."""
    with snapshot():
        for verdict in audit(None):
            if verdict.count:
                yield f"{verdict.check.law} {verdict.check.name}：{verdict.count} 处，例如 {verdict.first[0]}"


def lost_jobs(jobs: list[int]) -> Iterator[str]:
    """Yield the jobs that are neither done nor visibly to be done."""
    with connection.cursor() as cursor:
        cursor.execute(_LOST_JOBS, [jobs])
        for (job,) in cursor.fetchall():
            yield f"后台任务 {job} 既没有做完，也不在等"
