"""Receipts and their witness: none is acknowledged before it is written down, none is issued on books that lost some.

The witness is read before the books: a receipt is committed first and written down then, so a number that the witness
knows and books read later do not have is a number that was lost.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from guanjia.accounts.models import Community, User
from guanjia.core.refusal import Refusal, Refused
from guanjia.money.ledger.models import Link
from guanjia.money.ledger.witness import Testimony, WitnessError, say, witness
from guanjia.money.payments.models import Desk, LostReceipt, Receipt
from guanjia.records.actions import journal

logger = logging.getLogger("guanjia.witness")
_STANDING = """
SELECT l.position, encode(l.hash, 'hex'), (
    SELECT array_agg(ARRAY[d.id, d.last_number]) FROM payments_desk d WHERE d.community_id = l.community_id
) FROM ledger_link l WHERE l.community_id = %s AND l.entry_id = %s
"""


@dataclass(frozen=True, slots=True)
class Lost:
    """Numbers of a desk that the witness knows and the books do not have."""

    series: str
    desk: Desk | None  # None: the books have no such desk either
    numbers: tuple[int, ...]

    @property
    def first(self) -> int:
        """The first missing number."""
        return self.numbers[0]

    @property
    def last(self) -> int:
        """The last missing number."""
        return self.numbers[-1]

    @property
    def count(self) -> int:
        """How many receipts are missing."""
        return len(self.numbers)


class Unwitnessed(Refused):
    """The payment is refused since the witness cannot be written."""


def seen_by_witness(community: Community, desk: Desk) -> Mapping[str, Testimony]:
    """Return the last number that the witness knows of each series. Raises Refused when it cannot be written."""
    try:
        witness().must_be_writable(community.pk, desk.series)
        return witness().last(community.pk)
    except (WitnessError, OSError) as fault:
        logger.exception("the witness cannot be written")
        raise Unwitnessed(_unwritable(fault)) from fault


def testify(receipt: Receipt, seen: Mapping[str, Testimony]) -> None:
    """Have ``receipt`` written down when it is committed; call it last in the payment's transaction.

    Raises Refused on books that lack receipts which the witness knows, and when the desk's last receipt is not
    written down yet and cannot be now.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [receipt.community_id, receipt.payment.entry_id])
        row: tuple[int, str, list[list[int]]] = cursor.fetchone()
    position, digits, numbers = row
    standing = {f"desk {pk}": last for pk, last in numbers}
    standing[receipt.desk.series] = receipt.number - 1
    if any(known.number > standing.get(series, 0) for series, known in seen.items()):
        raise Refused(BOOKS_LACK)
    before = seen.get(receipt.desk.series)
    if receipt.number > receipt.desk.first_number and (
        before is None or before.number < receipt.number - 1
    ):
        _catch_up(receipt.desk, upto=receipt.number - 1)
    testimony = Testimony(
        receipt.community_id,
        receipt.desk.series,
        position,
        receipt.number,
        digits,
        timezone.now().isoformat(),
    )
    transaction.on_commit(_Saying(receipt, testimony))


def testify_again(receipt: Receipt) -> None:
    """Write down a receipt that is asked for again, unless it is: its first answer may never have come."""
    _catch_up(receipt.desk, upto=receipt.number)


@dataclass(frozen=True, slots=True)
class _Saying:
    """What is done once a receipt is committed, before anybody hears of it."""

    receipt: Receipt
    testimony: Testimony

    def __call__(self) -> None:
        try:
            say(self.testimony)
        except WitnessError:
            logger.exception("a receipt is not written down")
            self.receipt.is_witnessed = False


def _catch_up(desk: Desk, *, upto: int) -> None:
    """Write down the desk's committed receipts that the witness lacks. Raises Refused when it cannot.

    One that was committed a moment ago may be written by two at once, which does no harm.
    """
    known = witness().last(desk.community_id).get(desk.series)
    last = known.number if known else 0
    mine = [
        hook.testimony.number
        for hook in (registered[1] for registered in connection.run_on_commit)
        if isinstance(hook, _Saying) and hook.testimony.series == desk.series
    ]
    upto = min(
        [upto, *(number - 1 for number in mine)]
    )  # those of this transaction follow by themselves
    if last >= upto:
        return
    try:
        witness().say(_testimonies(desk, above=last, upto=upto))
    except WitnessError as fault:
        raise Unwitnessed(_unwritable(fault)) from fault


def _testimonies(desk: Desk, *, above: int, upto: int) -> list[Testimony]:
    """Return what there is to say of the desk's receipts with these numbers."""
    rows = Receipt.objects.filter(
        community=desk.community_id, desk=desk, number__gt=above, number__lte=upto
    ).order_by("number")
    entries = {
        entry: (number, at)
        for entry, number, at in rows.values_list("payment__entry_id", "number", "payment__at")
    }
    links = Link.objects.filter(community=desk.community_id, entry__in=entries)
    return [
        Testimony(
            desk.community_id,
            desk.series,
            link.position,
            entries[link.entry_id][0],
            bytes(link.hash).hex(),
            entries[link.entry_id][1].isoformat(),
        )
        for link in links.order_by("position")
    ]


BOOKS_LACK = Refusal(
    "外部见证记着已经开出、而账里没有的收据，收款先停",
    "请主任或财务在 工作台 › 见证核对 里查看并确认；数据库可能是从旧备份恢复的",
)


def _unwritable(fault: Exception) -> Refusal:
    return Refusal(
        f"收据的外部见证{fault if isinstance(fault, WitnessError) else '打不开'}，不能再收款",
        "请系统管理员检查磁盘空间和目录权限；修好后直接再收，不用别的操作",
    )


def lost_receipts(community: Community) -> list[Lost]:
    """Return what the books lack, desk by desk: the witness is read first, the books then."""
    seen = witness().last(community.pk)
    desks = {desk.series: desk for desk in Desk.objects.filter(community=community)}
    found = []
    for series, last in sorted(seen.items()):
        desk = desks.get(series)
        if last.number <= (desk.last_number if desk else 0):
            continue
        first = max(desk.last_number, desk.first_number - 1) + 1 if desk else 1
        known = witness().known(community.pk, series)
        numbers = range(first, last.number + 1) if desk else sorted(known)
        found.append(Lost(series, desk, tuple(numbers)))
    return found


@transaction.atomic
def acknowledge_losses(*, community: Community, reason: str, by: User, at: datetime) -> int:
    """Account for each lost number with a row and go on counting behind them; return how many (L6, L10).

    Raises Refused when there is nothing to acknowledge, without a reason, and for a desk that the books lack too.
    """
    if not reason.strip():
        raise Refused(Refusal("没有写明原因", "请写明发生了什么，例如“硬盘损坏，恢复了昨天的备份”"))
    list(Desk.objects.select_for_update().filter(community=community).order_by("pk"))
    losses = lost_receipts(community)
    if not losses:
        raise Refused(Refusal("没有要确认的收据", "请刷新页面；别人可能已经确认过"))
    for lost in losses:
        if lost.desk is None:
            raise Refused(
                Refusal(
                    f"账里连 {lost.series} 这个收银台也没有",
                    "请恢复更新的备份，或请系统维护人员处理",
                )
            )
        _account_for(lost, lost.desk, reason=reason.strip(), by=by, at=at)
    return sum(lost.count for lost in losses)


def _account_for(lost: Lost, desk: Desk, *, reason: str, by: User, at: datetime) -> None:
    known = witness().known(desk.community_id, desk.series)
    LostReceipt.objects.bulk_create(
        LostReceipt(
            community_id=desk.community_id,
            desk=desk,
            number=number,
            hash=bytes.fromhex(known[number].hash) if number in known else b"",
            issued_at=datetime.fromisoformat(known[number].at) if number in known else None,
            at=at,
            by=by,
            reason=reason[:200],
        )
        for number in lost.numbers
    )
    Desk.objects.filter(community=desk.community_id, pk=desk.pk).update(
        last_number=lost.numbers[-1]
    )
    journal(
        community=desk.community,
        by=by,
        at=at,
        action="receipt.lose",
        subject=desk,
        before={"last_number": lost.numbers[0] - 1},
        after={"last_number": lost.numbers[-1], "lost": lost.count},
        reason=reason,
    )
