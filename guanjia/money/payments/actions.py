"""Printing receipts, and opening and closing the desks that issue them."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from guanjia.accounts.models import Community, User
from guanjia.core.database.advisory import lock_until_commit
from guanjia.core.refusal import Refusal, Refused
from guanjia.core.text import clean
from guanjia.money.payments.models import Desk, Receipt, ReceiptPrint
from guanjia.records.actions import journal


@transaction.atomic
def record_print(*, receipt: Receipt, by: User, at: datetime) -> ReceiptPrint:
    """Count one printing of ``receipt`` and return it; the sheet says 第 N 次打印."""
    Desk.objects.select_for_update().get(community=receipt.community_id, pk=receipt.desk_id)
    earlier = ReceiptPrint.objects.filter(community=receipt.community_id, receipt=receipt)
    nth = (earlier.aggregate(last=Max("nth"))["last"] or 0) + 1
    return ReceiptPrint.objects.create(
        community_id=receipt.community_id, receipt=receipt, nth=nth, at=at, by=by
    )


@transaction.atomic
def open_desk(
    *,
    community: Community,
    name: str,
    prefix: str,
    first_number: int,
    by: User | None,
    at: datetime,
) -> Desk:
    """Open a cash desk with a series of receipts of its own. Raises Refused where name or prefix is taken.

    ``prefix`` may be empty, for one desk of the community.
    """
    name, prefix = clean(name, limit=30), prefix and clean(prefix, limit=6)
    lock_until_commit(f"payments.desks.{community.pk}")  # two who add the same hear why
    desks = Desk.objects.filter(community=community)
    if desks.filter(name=name).exists():
        raise Refused(Refusal(f"收银台“{name}”已经有了", "请换一个名称；停用了的可以重新启用"))
    if other := desks.filter(prefix=prefix).first():
        used = f"收据字头“{prefix}”" if prefix else "不带字头的收据"
        raise Refused(
            Refusal(f"{used}已由“{other.name}”使用", "请另定一个字头，免得两本收据号码相同")
        )
    desk = Desk.objects.create(
        community=community, name=name, prefix=prefix, first_number=first_number
    )
    after = {"name": name, "prefix": prefix, "first_number": first_number}
    journal(community=community, by=by, at=at, action="desk.open", subject=desk, after=after)
    return desk


def close_desk(*, desk: Desk, by: User, at: datetime) -> None:
    """Take no more money at ``desk``; its receipts stay, and its numbers wait for a reopening."""
    _put_in_use(desk, False, action="desk.close", by=by, at=at)


def reopen_desk(*, desk: Desk, by: User, at: datetime) -> None:
    """Take money at ``desk`` again, its receipts counted on."""
    _put_in_use(desk, True, action="desk.reopen", by=by, at=at)


@transaction.atomic
def _put_in_use(desk: Desk, in_use: bool, *, action: str, by: User, at: datetime) -> None:
    rows = Desk.objects.filter(community=desk.community_id, pk=desk.pk, is_active=not in_use)
    if rows.update(is_active=in_use):
        journal(community=desk.community, by=by, at=at, action=action, subject=desk)
