"""Taking in a register from a workbook."""

import difflib
import json
import sys
import uuid
from argparse import ArgumentParser
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from pypinyin import lazy_pinyin

from guanjia.accounts.actions import grant_role
from guanjia.accounts.models import Community, Company, Grant, User
from guanjia.accounts.permissions import Role
from guanjia.accounts.rules import plain
from guanjia.core.calendar import Month, business_date
from guanjia.core.refusal import Refused
from guanjia.core.request_id import request_id
from guanjia.core.text import TextError, clean
from guanjia.onboarding.actions import Outcome, import_register
from guanjia.onboarding.bulk import many_objects
from guanjia.onboarding.progress import bar

_USAGE = 2
_SIMILAR = 0.75
_NAME = 60
_CODE = 24
_SHOWN = 20


class Command(BaseCommand):
    help = "导入房屋登记表（.xlsx）：本系统模板，或 HC 小区的导入表"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="工作簿")
        parser.add_argument("--community", required=True, help="项目名称；没有就新建")
        parser.add_argument("--create", action="store_true", help="有名称相近的项目时也新建")
        parser.add_argument(
            "--administrator",
            metavar="STAFFNO",
            help="由谁管理这个项目；新建时不填，就是本公司其他项目的系统管理员",
        )
        parser.add_argument("--dry-run", action="store_true", help="只核对，不写入")
        parser.add_argument("--skip-bad", action="store_true", help="跳过出错的行，导入其余")
        parser.add_argument("--json", action="store_true", help="以 JSON 报告结果")

    @many_objects()
    def handle(self, *_args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            content = file.read_bytes()
        except OSError as fault:
            raise CommandError(f"打不开 {file}：{fault.strerror}", returncode=_USAGE) from fault
        at = datetime.now(UTC)
        request_id.set(uuid.uuid4().hex)
        told: dict[str, Any] = {"file": file.name, "community": options["community"]}
        try:
            with transaction.atomic():
                community, told["created"] = _community(
                    options["community"], at, even_if_similar=options["create"]
                )
                told["cut_over_on"] = community.cut_over_on
                if told["created"] or options["administrator"]:
                    told["administrators"] = _admit(community, options["administrator"], at)
                outcome = import_register(
                    community=community,
                    content=content,
                    file_name=file.name,
                    skip_bad=options["skip_bad"],
                    dry_run=options["dry_run"],
                    by=None,
                    at=at,
                    progress=bar(self.stderr),
                )
                told |= {"status": _status(outcome)} | outcome.examined.report()
                # A community is not made for a register that stays out.
                transaction.set_rollback(outcome.row is None)
            refusal = outcome.refusal
        except Refused as refused:
            told["status"], refusal = "refused", refused.refusal
        if refusal is not None:
            told |= {"reason": refusal.reason, "remedy": refusal.remedy}
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2, default=str))
        else:
            self._tell(told)
        if refusal is not None:
            sys.exit(1)

    def _tell(self, told: dict[str, Any]) -> None:
        say = self.stdout.write
        if told.get("created"):
            say(f"项目“{told['community']}”是新建的，启用日 {told['cut_over_on']}")
        if "administrators" in told:
            say(
                f"系统管理员：{'、'.join(told['administrators'])}；其他人由他们在 管理 › 员工账号 里授权"
                if told["administrators"]
                else "还没有人能进入这个项目；有了账号后加 --administrator 工号 再导入一次"
            )
        for kind, counted in told.get("counts", {}).items():
            new, changed, same = counted["new"], counted["changed"], counted["same"]
            say(f"{kind}：新增 {new}，变更 {changed}，相同 {same}")
        for finding in told.get("findings", ())[:_SHOWN]:
            word = "错误" if finding["severity"] == "error" else "提醒"
            say(
                f"{word} {finding['cell']} {finding['value']}：{finding['message']}。{finding['remedy']}"
            )
        if (more := told.get("bad", 0) + told.get("warnings", 0) - _SHOWN) > 0:
            say(f"还有约 {more} 条；用 --json 可见前 500 条，在页面上导入可下载带“错误”列的原表")
        if "reason" in told:
            self.stderr.write(f"{told['reason']}。{told['remedy']}。")
        else:
            say(_WORDS[told["status"]])


_WORDS = {"imported": "已导入", "checked": "只作核对，没有写入"}


def _status(outcome: Outcome) -> str:
    if outcome.refusal is not None:
        return "blocked"
    return "checked" if outcome.row is None else "imported"


def _community(name: str, at: datetime, *, even_if_similar: bool) -> tuple[Community, bool]:
    """Return the community called ``name`` and whether it was made for it.

    A new one's books begin on the first of the month. Raises CommandError for what looks like a slip.
    """
    found = Community.objects.filter(name=name).first()
    if found:
        return found, False
    try:
        name = clean(name, limit=_NAME)
    except TextError as fault:
        raise CommandError(f"项目名称不能用：{fault}", returncode=_USAGE) from fault
    names = Community.objects.values_list("name", flat=True)
    similar = difflib.get_close_matches(name, names, n=1, cutoff=_SIMILAR)
    if similar and not even_if_similar:
        raise CommandError(
            f"没有项目“{name}”，是不是“{similar[0]}”？确要新建请加 --create", returncode=_USAGE
        )
    company = Company.objects.order_by("pk").first() or Company.objects.create(name=name)
    return Community.objects.create(
        company=company,
        code=_free_code(name),
        name=name,
        cut_over_on=Month.of(business_date(at)).first,
    ), True


def _admit(community: Community, staff_no: str | None, at: datetime) -> list[str]:
    """Let ``staff_no`` administer the community, or whoever does the company's others; returns who."""
    if staff_no:
        people = User.objects.filter(staff_no=plain(staff_no), is_active=True)
        if not people:
            raise CommandError(f"没有在岗的工号 {staff_no}", returncode=_USAGE)
    else:
        elsewhere = Grant.objects.filter(
            community__company=community.company_id, role=Role.ADMINISTRATOR, revoked_at=None
        )
        people = User.objects.filter(pk__in=elsewhere.values("user"), is_active=True)
    people = people.order_by("staff_no")
    for user in people:
        grant_role(user=user, community=community, role=Role.ADMINISTRATOR, by=None, at=at)
    return [f"{user.name}（{user.staff_no}）" for user in people]


def _free_code(name: str) -> str:
    """Return an address for a community: its name in pinyin, with a number where that is taken."""
    spelt = "".join(lazy_pinyin(name)).lower()
    base = "".join(char for char in spelt if char.isascii() and char.isalnum())[:_CODE] or "c"
    codes = chain([base], (f"{base}{n}" for n in count(2)))
    return next(code for code in codes if not Community.objects.filter(code=code).exists())
