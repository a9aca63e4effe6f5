"""Importing a register: looking at a workbook, and taking it in whole or not at all."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, JSONField, Value
from django.db.models.expressions import CombinedExpression

from guanjia.accounts.access import standing_in
from guanjia.accounts.models import Community, User
from guanjia.accounts.permissions import Permission
from guanjia.core.database.advisory import lock_until_commit
from guanjia.core.refusal import Refusal, Refused
from guanjia.onboarding.bulk import many_objects
from guanjia.onboarding.examination import Examined, examine
from guanjia.onboarding.models import ColumnMapping, Import
from guanjia.onboarding.states import TRANSITIONS, ImportKind, ImportStatus
from guanjia.onboarding.writing import Progress, Writer, silent
from guanjia.records.actions import journal

KEPT = timedelta(days=7)
PRICES = Refusal(
    "这份表要设收费标准或房屋的收费，您没有这项权限，整份不能导入",
    "请财务在“收费标准”和房屋的“收费设置”里设置；表里删去收费各列后再导入",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an import went: what was found, and the row it left, or why it left none (a dry run needs no why)."""

    examined: Examined
    row: Import | None = None
    refusal: Refusal | None = None


def import_register(
    *,
    community: Community,
    content: bytes,
    file_name: str,
    skip_bad: bool = False,
    dry_run: bool = False,
    by: User | None,
    at: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Take a workbook in, all of it in one transaction; errors keep all of it out unless ``skip_bad``.

    Raises Refused for a file that cannot be read, and where somebody changed the same units meanwhile.
    """
    row = new_import(community, content, file_name)
    return _take_in(row, skip_bad=skip_bad, dry_run=dry_run, by=by, at=at, progress=progress)


@many_objects()
def _take_in(
    row: Import, *, skip_bad: bool, dry_run: bool, by: User | None, at: datetime, progress: Progress
) -> Outcome:
    community = row.community
    try:
        with transaction.atomic():
            lock_until_commit(f"onboarding.import:{community.pk}")
            content = open_file(row)
            examined = examine(
                community=community,
                content=content,
                file_name=row.file_name,
                at=at,
                progress=progress,
            )
            refusal = _refusal(examined, community, by, skip_bad=skip_bad)
            if refusal is not None or dry_run:
                return Outcome(examined, refusal=refusal)
            Writer(examined.plan, examined.known, community, by, at, progress).write()
            row.status, row.report, row.by, row.at = ImportStatus.DONE, examined.report(), by, at
            row.save()
            _journal(row)
    except IntegrityError as fault:
        raise Refused(
            Refusal("导入时有人改动了同一批房屋的登记，整份没有导入", "请稍候再导入一次")
        ) from fault
    return Outcome(examined, row)


@many_objects()
def preview(
    *, community: Community, content: bytes, file_name: str, by: User, at: datetime
) -> Import:
    """Look at a workbook and keep it, so that its import can be confirmed. Raises Refused."""
    examined = examine(community=community, content=content, file_name=file_name, at=at)
    row = new_import(community, content, file_name)
    row.report, row.by, row.at = examined.report(), by, at
    row.save()
    return row


def confirm(*, row: Import, skip_bad: bool, by: User, at: datetime) -> Outcome:
    """Take in a workbook that was previewed; it is compared anew. Raises Refused."""
    return _take_in(row, skip_bad=skip_bad, dry_run=False, by=by, at=at, progress=silent)


@transaction.atomic
def choose_columns(
    *, row: Import, chosen: Mapping[tuple[str, str], str], by: User, at: datetime
) -> Import:
    """Keep what headings mean in this community, and look at the workbook again. Raises Refused."""
    community = row.community
    ColumnMapping.objects.bulk_create(
        [
            ColumnMapping(community=community, table=table, heading=heading, field=field)
            for (table, heading), field in chosen.items()
        ],
        update_conflicts=True,
        unique_fields=["community", "table", "heading"],
        update_fields=["field"],
    )
    journal(
        community=community,
        by=by,
        at=at,
        action="register.map_columns",
        subject=row,
        after={"/".join(key): field for key, field in chosen.items()},
    )
    row.report = examine(
        community=community, content=kept_file(row), file_name=row.file_name, at=at
    ).report()
    row.save(update_fields=["report"])
    return row


def kept_file(row: Import) -> bytes:
    """Return the workbook of an import. Raises Refused once it is forgotten."""
    if row.file is None:
        raise Refused(Refusal("这份文件已过保留期（7 天）", "请重新上传"))
    return row.file


def forget_files(*, at: datetime) -> int:
    """Forget the workbooks that came more than a week ago, and what is quoted of them; the counts stay told."""
    quoted = Value({"findings": [], "columns": []}, JSONField())
    return Import.objects.filter(at__lt=at - KEPT, content__isnull=False).update(
        content=None, report=CombinedExpression(F("report"), "||", quoted)
    )


def new_import(
    community: Community, content: bytes, file_name: str, *, kind: ImportKind = ImportKind.REGISTER
) -> Import:
    """Return the row of a workbook that has just come, not saved yet."""
    return Import(
        community=community,
        kind=kind,
        file_name=file_name[-200:],
        file_hash=hashlib.sha256(content).hexdigest(),
        content=base64.b64encode(content).decode(),
        status=ImportStatus.PREVIEWED,
    )


def _refusal(
    examined: Examined, community: Community, by: User | None, *, skip_bad: bool
) -> Refusal | None:
    """Return why the workbook may not be written."""
    if examined.sets_prices and not _may_price(community, by):
        return PRICES
    if examined.bad_rows and not skip_bad:
        reason = f"有 {examined.bad_rows} 行出错，整份没有导入"
        return Refusal(reason, "改好后重新导入，或选择跳过出错的行")
    return None


def _may_price(community: Community, by: User | None) -> bool:
    return by is None or standing_in(by, community.code).may(Permission.TARIFF_WRITE)


def open_file(row: Import) -> bytes:
    """Return the workbook of an import that is not done yet. Raises Refused."""
    if row.pk:
        row.refresh_from_db(fields=["status", "content"])
    if ImportStatus.DONE not in TRANSITIONS[ImportStatus(row.status)]:
        raise Refused(Refusal("这份文件已经导入过了", "要再导入一次，请重新上传"))
    return kept_file(row)


def _journal(row: Import) -> None:
    journal(
        community=row.community,
        by=row.by,
        at=row.at,
        action="register.import",
        subject=row,
        after={
            "file": row.file_name,
            "sha256": row.file_hash,
            "counts": row.report["counts"],
            "bad": row.report["bad"],
        },
    )
