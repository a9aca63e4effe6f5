"""Looking at a workbook of opening balances: read, compared with what is on file, and told; nothing is written."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from guanjia.accounts.models import Community
from guanjia.core.refusal import Refusal, Refused
from guanjia.money.bills.models import Opening
from guanjia.money.opening.balances import Balances
from guanjia.money.opening.models import latest_of, state
from guanjia.money.opening.rules import NO_CUT_OVER
from guanjia.money.opening.states import OpeningState
from guanjia.onboarding.bulk import many_objects
from guanjia.onboarding.findings import Finding, Findings, Severity
from guanjia.onboarding.matching import Region, tables_in
from guanjia.onboarding.opening.comparing import Comparing
from guanjia.onboarding.opening.known import Known, known_of
from guanjia.onboarding.opening.layout import NOTES, OPENING
from guanjia.onboarding.opening.reading import read_lines
from guanjia.onboarding.row_reader import RowReader
from guanjia.onboarding.workbook import Sheet, read

_MOST_FINDINGS = 500
_UNKNOWN = Refusal(
    "没有认出期初表", "请下载模板，把数据贴进“欠费”“预存”“押金”“收据号”几页，表头不要改"
)
_EMPTY = Refusal("工作簿里没有一行期初数", "请在模板的各页里填好再上传")


@dataclass(frozen=True, slots=True, repr=False)
class Examined:
    """A workbook that was read and compared; ``standing`` is the opening posted before and not taken back."""

    sheets: list[Sheet]
    regions: list[Region]
    findings: Findings
    balances: Balances
    known: Known
    standing: Opening | None

    @property
    def bad_rows(self) -> int:
        """How many rows have an error."""
        return len(self.findings.bad_rows)

    @property
    def is_posted(self) -> bool:
        """Whether just these figures are posted already."""
        return _same(self.standing, self.balances.digest)

    def report(self) -> dict[str, Any]:
        """Return what the page and the command tell: counts and sums in fen, the first findings."""
        balances = self.balances
        return {
            "sheets": [
                {
                    "title": region.sheet.title,
                    "rows": sum(1 for _ in region.rows()),
                    "bad": sum(title == region.sheet.title for title, _ in self.findings.bad_rows),
                }
                for region in self.regions
            ],
            "items": self._items(),
            "bills": len(balances.arrears),
            "bills_fen": balances.bills_fen,
            "prepayments": len(balances.prepaid),
            "prepaid_fen": balances.prepaid_fen,
            "deposits": len(balances.deposits),
            "deposits_fen": balances.deposits_fen,
            "books": self._books(),
            "posted": self.is_posted,
            "other": bool(self.standing) and not self.is_posted,
            "bad": self.bad_rows,
            "warnings": self.findings.warnings,
            "findings": [
                finding.as_json()
                for finding, _ in zip(self.findings, range(_MOST_FINDINGS), strict=False)
            ],
        }

    def _items(self) -> list[dict[str, Any]]:
        names = {item.pk: item.name for item in self.known.items.values()}
        sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        for row in self.balances.arrears:
            told = sums[names[row.item_id]]
            told[0], told[1] = told[0] + 1, told[1] + row.amount_fen
        return [{"item": name, "count": n, "fen": fen} for name, (n, fen) in sums.items()]

    def _books(self) -> list[dict[str, Any]]:
        names = {desk.pk: name for name, desk in self.known.desks.items()}
        return [
            {"desk": names[book.desk_id], "number": f"{book.prefix}{book.next_number:07}"}
            for book in self.balances.books
        ]


@many_objects()
def examine(*, community: Community, content: bytes) -> Examined:
    """Read a workbook and compare it with what is on file. Raises Refused."""
    if community.cut_over_on is None:
        raise Refused(NO_CUT_OVER)
    sheets = read(content)
    regions = tables_in(sheets, OPENING)
    if not regions:
        raise Refused(_UNKNOWN)
    lines, findings = read_lines(regions, cut_over_on=community.cut_over_on)
    if not (findings.found or lines.arrears or lines.prepaid or lines.deposits or lines.books):
        raise Refused(_EMPTY)
    _tell_unused(sheets, regions, findings)
    latest = latest_of(community.pk)
    standing = latest if latest and state(latest) is not OpeningState.WITHDRAWN else None
    known = known_of(community)
    comparing = Comparing(
        known,
        RowReader(findings),
        community.cut_over_on,
        is_posted=_same(standing, lines.digest),
    )
    balances = comparing.balances(community, lines)
    return Examined(sheets, regions, findings, balances, known, standing)


def _same(standing: Opening | None, digest: bytes) -> bool:
    return standing is not None and bytes(standing.digest) == digest


def _tell_unused(sheets: Sequence[Sheet], regions: Sequence[Region], findings: Findings) -> None:
    """Say which pages bring nothing along: money on them would be forgotten otherwise."""
    used = [region.sheet for region in regions]
    for sheet in sheets:
        if sheet.rows and sheet not in used and sheet.title != NOTES:
            remedy = "别的内容请在系统里登记，或删去这一页"
            findings.add(
                Finding(sheet.title, 1, None, "", Severity.WARNING, "这一页不会导入", remedy)
            )
