"""Looking at a workbook: read, compared with what is on file, and told; nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from guanjia.accounts.models import Community
from guanjia.core.calendar import Month, business_date
from guanjia.onboarding.bulk import many_objects
from guanjia.onboarding.findings import Findings, discreet
from guanjia.onboarding.layouts import Layout
from guanjia.onboarding.matching import Region, recognise
from guanjia.onboarding.models import ColumnMapping
from guanjia.onboarding.plan import KINDS, Plan
from guanjia.onboarding.planning import make_plan
from guanjia.onboarding.reading import read_register
from guanjia.onboarding.registered import Registered, registered
from guanjia.onboarding.row_reader import RowReader
from guanjia.onboarding.workbook import Sheet, read
from guanjia.onboarding.writing import Progress, silent

_MOST_FINDINGS = 500


@dataclass(frozen=True, slots=True, repr=False)
class Examined:
    """A workbook that was read and compared with what is on file."""

    sheets: list[Sheet]
    layout: Layout
    regions: list[Region]
    findings: Findings
    known: Registered
    plan: Plan
    rows: Mapping[str, int]  # filled ones, by sheet

    @property
    def bad_rows(self) -> int:
        """How many rows have an error."""
        return len(self.findings.bad_rows)

    @property
    def sets_prices(self) -> bool:
        """Whether it would add a tariff, or say what a unit pays."""
        return bool(self.plan.pricing.new or self.plan.fees)

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
                    "rows": self.rows[region.sheet.title],
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
            "sets_prices": self.sets_prices,
            "bad": self.bad_rows,
            "warnings": self.findings.warnings,
            "columns": [
                {
                    "table": region.table.name,
                    "sheet": region.sheet.title,
                    "heading": heading.text,
                    "key": heading.key,
                    "field": heading.field,
                    "samples": [discreet(text) for text in region.samples(heading.column)],
                }
                for region in self.regions
                for heading in region.headings
            ],
            "findings": [
                finding.as_json()
                for finding, _ in zip(self.findings, range(_MOST_FINDINGS), strict=False)
            ],
        }


@many_objects()
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
    return Examined(sheets, layout, regions, findings, known, plan, register.rows)


def chosen_headings(community: Community) -> Mapping[tuple[str, str], str]:
    """Return what was chosen on screen before, by table and heading."""
    rows = ColumnMapping.objects.filter(community=community)
    return {(row.table, row.heading): row.field for row in rows}
