"""What the actions on a drawer share: its locks, what is posted to it, and what a community wants of it."""

from datetime import date, datetime

from django.db import transaction

from guanjia.accounts.models import Community, User
from guanjia.core.database.advisory import lock_until_commit
from guanjia.money.closing.models import DrawerRules, Shift
from guanjia.money.closing.reads import rules_of
from guanjia.money.ledger.actions import Line, post
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import Entry, EntryKind
from guanjia.money.payments.models import Desk
from guanjia.records.actions import journal


def hold_closing(community: Community | int) -> None:
    """Let no other shift or day of the community change until the surrounding transaction ends."""
    pk = community if isinstance(community, int) else community.pk
    lock_until_commit(f"closing {pk}")


def hold_desk(community_id: int, desk_id: int) -> Desk:
    """Lock the desk's row: payments under way have ended, later ones wait."""
    rows = Desk.objects.select_for_update(of=("self",)).select_related("community")
    return rows.get(community=community_id, pk=desk_id)


def hold_shift(shift: Shift) -> tuple[Shift, Desk]:
    """Lock the shift's desk and return both as they stand now."""
    hold_closing(shift.community_id)
    desk = hold_desk(shift.community_id, shift.desk_id)
    now = Shift.objects.select_related("community").get(community=shift.community_id, pk=shift.pk)
    now.desk = desk
    return now, desk


def post_cash(
    *, desk: Desk, kind: EntryKind, fen: int, against: Account, day: date, by: User
) -> Entry:
    """Post what came into the desk's drawer (negative: went out) to its series, its row held."""
    return post(
        community=desk.community,
        kind=kind,
        business_date=day,
        lines=[Line(Account.CASH, fen), Line(against, -fen)],
        by=by,
        series=desk.series,
    )


@transaction.atomic
def set_drawer_rules(
    *, community: Community, tolerance_fen: int, float_fen: int, by: User, at: datetime
) -> DrawerRules:
    """Set what a difference may come to without a countersignature, and the float that stays at night."""
    hold_closing(community)
    rules = rules_of(community)
    before = {"tolerance_fen": rules.tolerance_fen, "float_fen": rules.float_fen}
    after = {"tolerance_fen": tolerance_fen, "float_fen": float_fen}
    rules.tolerance_fen, rules.float_fen = tolerance_fen, float_fen
    rules.save()
    journal(
        community=community,
        by=by,
        at=at,
        action="drawer.rules",
        subject=rules,
        before=before,
        after=after,
    )
    return rules
