"""Importing a register: looking at a workbook, and taking it in whole or not at all."""

import base64
import gc
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from guanjia.accounts.models import Community, User
from guanjia.core.calendar import Month, business_date
from guanjia.core.database.advisory import lock_until_commit
from guanjia.core.refusal import Refusal, Refused
from guanjia.onboarding.findings import Findings
from guanjia.onboarding.layouts import Layout
from guanjia.onboarding.matching import Region, recognise
from guanjia.onboarding.models import ColumnMapping, Import
from guanjia.onboarding.plan import KINDS, Plan
from guanjia.onboarding.planning import make_plan
from guanjia.onboarding.reading import read_register
from guanjia.onboarding.registered import Registered, registered
from guanjia.onboarding.row_reader import RowReader
from guanjia.onboarding.states import ImportStatus
from guanjia.onboarding.workbook import Sheet, read
from guanjia.onboarding.writing import Progress, Writer, silent
from guanjia.records.actions import journal

KEPT = timedelta(days=7)
_MOST_FINDINGS = 500


@dataclass(frozen=True, slots=True)
class Examined:
    """A workbook that was read and compared with what is on file."""

    sheets: list[Sheet]
    layout: Layout
    regions: list[Region]
    findings: Findings
    known: Registered
    plan: Plan

    @property
    def bad_rows(self) -> int:
        """How many rows have an error."""
        return len(self.findings.bad_rows)

    def report(self) -> dict[str, Any]:
        """Return what the page and the command tell; the first findings only, personal numbers masked."""
        counts = {
            KINDS[kind]: {"new": c["new"], "changed": c["changed"], "same": c["same"]}
            for kind, c in self.plan.counts.items()
            if c.total()
        }
        return {
            "layout": self.layout.label,
            "sheets": [
                {
                    "title": region.sheet.title,
                    "rows": sum(1 for _ in region.rows()),
                    "bad": sum(title == region.sheet.title for title, _ in self.findings.bad_rows),
                }
                for region in self.regions
            ],
            "unused_sheets": [
                sheet.title
                for sheet in self.sheets
                if sheet.rows and sheet not in [region.sheet for region in self.regions]
            ],
            "counts": counts,
            "total": {
                what: sum(count[what] for count in counts.values())
                for what in ("new", "changed", "same")
            },
            "bad": self.bad_rows,
            "warnings": self.findings.warnings,
            "findings": [
                finding.as_json()
                for finding, _ in zip(self.findings, range(_MOST_FINDINGS), strict=False)
            ],
        }


@contextmanager
def _many_objects() -> Iterator[None]:
    """Spare the collector of cycles: it would look through a workbook's records time and again."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@_many_objects()
def examine(
    *,
    community: Community,
    content: bytes,
    file_name: str,
    at: datetime,
    progress: Progress = silent,
) -> Examined:
    """Read a workbook and compare it with what is on file; writes nothing. Raises Refused."""
    progress("读取", 0, 1)
    sheets = read(content)
    layout, regions = recognise(sheets, chosen_headings(community))
    progress("核对", 0, 1)
    today = business_date(at)
    register, findings = read_register(regions, file_name=file_name, today=today)
    known = registered(community)
    cut_over_on = community.cut_over_on or Month.of(today).first
    plan = make_plan(register, known, RowReader(findings), cut_over_on=cut_over_on)
    return Examined(sheets, layout, regions, findings, known, plan)


def chosen_headings(community: Community) -> Mapping[tuple[str, str], str]:
    """Return what was chosen on screen before, by table and heading."""
    rows = ColumnMapping.objects.filter(community=community)
    return {(row.table, row.heading): row.field for row in rows}


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
    previewed: Import | None = None,
) -> Outcome:
    """Take a workbook in, all of it in one transaction; errors keep all of it out unless ``skip_bad``.

    Raises Refused for a file that cannot be read, and where somebody changed the same units meanwhile.
    """
    try:
        with transaction.atomic():
            lock_until_commit(f"onboarding.import:{community.pk}")
            examined = examine(
                community=community, content=content, file_name=file_name, at=at, progress=progress
            )
            if examined.bad_rows and not skip_bad:
                reason = f"有 {examined.bad_rows} 行出错，整份没有导入"
                return Outcome(
                    examined, refusal=Refusal(reason, "改好后重新导入，或选择跳过出错的行")
                )
            if dry_run:
                return Outcome(examined)
            Writer(examined.plan, examined.known, community, by, at, progress).write()
            row = previewed or _new(community, content, file_name)
            row.status, row.report, row.by, row.at = ImportStatus.DONE, examined.report(), by, at
            row.save()
            _journal(row)
    except IntegrityError as fault:
        raise Refused(
            Refusal("导入时有人改动了同一批房屋的登记，整份没有导入", "请稍候再导入一次")
        ) from fault
    return Outcome(examined, row)


def preview(
    *, community: Community, content: bytes, file_name: str, by: User, at: datetime
) -> Import:
    """Look at a workbook and keep it, so that its import can be confirmed. Raises Refused."""
    examined = examine(community=community, content=content, file_name=file_name, at=at)
    row = _new(community, content, file_name)
    row.report, row.by, row.at = examined.report(), by, at
    row.save()
    return row


def forget_files(*, at: datetime) -> int:
    """Forget the workbooks that came more than a week ago; what they did stays told."""
    return Import.objects.filter(at__lt=at - KEPT, content__isnull=False).update(content=None)


def _new(community: Community, content: bytes, file_name: str) -> Import:
    return Import(
        community=community,
        file_name=file_name[-200:],
        file_hash=hashlib.sha256(content).hexdigest(),
        content=base64.b64encode(content).decode(),
        status=ImportStatus.PREVIEWED,
    )


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
