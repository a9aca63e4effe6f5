"""``bin/guanjia take_payment``: take what a unit's household owes at a desk, as the cash desk does."""

import json
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from guanjia.accounts.access import Standing, community_named, standings_of
from guanjia.accounts.models import Community, User
from guanjia.accounts.permissions import Permission
from guanjia.core.calendar import business_date
from guanjia.core.money import MoneyError, fen_from_yuan, yuan
from guanjia.core.refusal import Refused
from guanjia.core.unit_number import UnitNumberError, unit_key
from guanjia.estate.household import sister_units, unit_file
from guanjia.estate.models import Unit
from guanjia.money.closing.actions import join_shift, open_shift
from guanjia.money.closing.banknotes import fewest
from guanjia.money.closing.reads import drawer_in_books, open_shift_at
from guanjia.money.payments.forms import PROXY
from guanjia.money.payments.models import Desk, Receipt
from guanjia.money.payments.reads import unpaid_bills
from guanjia.money.payments.rules import Method, Tender
from guanjia.money.payments.taking import Taking, take_payment

USAGE = 2


class Command(BaseCommand):
    help = (
        "收一户的全部未缴费用并开收据，没有开班的先照账面开班；"
        "退出码 0 已收，1 没有可收的或被拒绝，2 用法不对"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--community", metavar="NAME", required=True, help="项目名称或代码")
        parser.add_argument("--unit", metavar="KEY", required=True, help="房号，任何写法")
        parser.add_argument("--method", required=True, choices=[method.value for method in Method])
        parser.add_argument("--tendered", metavar="YUAN", help="实收现金（元），不填就是正好")
        parser.add_argument("--reference", metavar="NO", default="", help="非现金的参考号")
        parser.add_argument("--payer", metavar="NAME", help="缴款人，不填就是业主")
        parser.add_argument("--desk", metavar="NAME", help="收银台，只有一个时可不填")
        parser.add_argument("--by", metavar="STAFFNO", required=True, help="收款人工号")
        parser.add_argument("--json", action="store_true", help="以 JSON 报告结果")

    def handle(self, *_args: Any, **options: Any) -> None:
        standing = _cashier(options["community"], options["by"])
        unit = _unit(standing.community, options["unit"])
        desk = _desk(standing.community, options["desk"])
        taking, now = _taking(unit, options), timezone.now()
        try:
            man(desk, by=standing.user, at=now)
            receipt = take_payment(
                community=standing.community,
                desk=desk,
                taking=taking,
                key=uuid4(),
                by=standing.user,
                at=now,
            )
        except Refused as refused:
            raise CommandError(str(refused.refusal)) from refused
        self._tell(receipt, unit, as_json=options["json"])

    def _tell(self, receipt: Receipt, unit: Unit, *, as_json: bool) -> None:
        payment = receipt.payment
        (part,) = payment.parts.all()
        if not as_json:
            change = f"，找零 {yuan(part.change_fen)} 元" if part.tendered_fen else ""
            taken = f"{unit.number} 已收 {yuan(payment.amount_fen)} 元{change}"
            self.stdout.write(f"{taken}，收据 {receipt.full_number}")
            return
        report = {
            "unit": unit.key,
            "amount_fen": payment.amount_fen,
            "change_fen": part.change_fen,
            "method": part.method,
            "payer": payment.payer_name,
            "desk": receipt.desk.name,
            "receipt": receipt.full_number,
            "business_date": str(payment.business_date),
        }
        self.stdout.write(json.dumps(report, ensure_ascii=False))


def _cashier(community: str, staff_no: str) -> Standing:
    """Return the standing of whoever takes the money: the same right as at the desk is asked for."""
    try:
        place = community_named(community)
        user = User.objects.get_by_natural_key(staff_no)
    except Community.DoesNotExist as unknown:
        raise CommandError(f"没有名为“{community}”的项目", returncode=USAGE) from unknown
    except User.DoesNotExist as unknown:
        raise CommandError(f"没有工号 {staff_no}", returncode=USAGE) from unknown
    held = [s for s in standings_of(user) if s.community == place and user.is_active]
    if not held or not held[0].may(Permission.PAYMENT_TAKE):
        raise CommandError(
            f"{user.name} 在{place.name}没有收款的权限，请换有收银权限的工号，"
            "或请系统管理员在 管理 › 员工账号 里授予收银角色"
        )
    return held[0]


def _unit(community: Community, number: str) -> Unit:
    rows = Unit.objects.select_related("community")
    try:
        return rows.get(community=community, key=unit_key(number))
    except UnitNumberError as wrong:
        raise CommandError(str(wrong), returncode=USAGE) from wrong
    except Unit.DoesNotExist as unknown:
        raise CommandError(f"{community.name}没有房号 {number}，请核对") from unknown


def _desk(community: Community, name: str | None) -> Desk:
    desks = Desk.objects.filter(community=community, is_active=True)
    found = list(desks.filter(name=name) if name else desks[:2])
    if len(found) == 1:
        return found[0]
    if not desks.exists():
        raise CommandError("还没有启用的收银台，请系统管理员在 管理 › 收银台 里添加")
    why = f"没有收银台“{name}”" if name else "有几个收银台"
    raise CommandError(f"{why}，请用 --desk 指明启用中的收银台", returncode=USAGE)


def man(desk: Desk, *, by: User, at: datetime) -> None:
    """Have ``by`` in an open shift at the desk; nobody counts here, so it opens with what the books have."""
    shift = open_shift_at(desk.community, desk.pk)
    if shift:
        join_shift(shift=shift, by=by, at=at)
    else:
        notes = fewest(max(0, drawer_in_books(desk).fen))
        open_shift(desk=desk, notes=notes, by=by, at=at)


def _taking(unit: Unit, options: dict[str, Any]) -> Taking:
    """Ask for everything today's debtor has not paid; a former owner's debts stay his."""
    day = business_date(timezone.now())
    unpaid = unpaid_bills(unit, sister_units(unit), day)
    bills = [bill for bill in unpaid if bill.owed_now or not bill.debtor_id]
    if not bills:
        raise CommandError(f"{unit.number} 没有未缴的费用")
    total = sum(bill.open_fen for bill in bills)
    debtor = unit_file(unit, day).debtor
    try:
        given = options["tendered"]
        tendered = fen_from_yuan(given) if given else total
    except MoneyError as wrong:
        raise CommandError(str(wrong), returncode=USAGE) from wrong
    method = Method(options["method"])
    return Taking(
        unit_id=unit.pk,
        bill_ids=tuple(bill.pk for bill in bills),
        expected_fen=total,
        tenders=(
            Tender(
                method,
                total,
                tendered_fen=tendered if method is Method.CASH else None,
                reference=options["reference"],
            ),
        ),
        payer_name=options["payer"] or (debtor.party.name if debtor else ""),
        payer_capacity=PROXY if options["payer"] or not debtor else debtor.title,
    )
