"""Finding the tables in a workbook: the heading row by its words, the rows under it, and nothing beside it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from guanjia.core.refusal import Refusal, Refused
from guanjia.core.text import half_width
from guanjia.onboarding.layouts import LAYOUTS, Layout, Table
from guanjia.onboarding.workbook import Sheet

# What somebody chose on screen: (table, heading) → field.
Mapping_ = Mapping[tuple[str, str], str]

_HEADING_ROWS = 15
_TITLE_SCORE = 3
_NOTE = re.compile("说明|备注|注[:：意]|合计|总计|小计|共计|制表|填表|填写说明")
_FEW = 2


class Row(NamedTuple):
    """A filled row: its number, and the text of each field that is not empty."""

    region: "Region"
    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside the table: where, as written, as compared, and the field it stands for ('' none)."""

    column: int
    text: str
    key: str
    field: str


@dataclass(frozen=True, slots=True)
class Region:
    """Where a table stands in a sheet: its heading row (from 0) and its unbroken run of headings."""

    table: Table
    sheet: Sheet
    top: int
    headings: tuple[Heading, ...]

    def column_of(self, field: str) -> int | None:
        """Return the field's column, from 0."""
        return next((each.column for each in self.headings if each.field == field), None)

    @property
    def missing(self) -> list[str]:
        """The headings of required columns that are not there."""
        there = {each.field for each in self.headings}
        labels = self.table.labels
        return [labels[name] for name in labels if name in self.table.required - there]

    def samples(self, column: int, most: int = 3) -> list[str]:
        """Return the first few values under a heading."""
        under = (row[column] for row in self.sheet.rows[self.top + 1 :] if column < len(row))
        return [text for text, _ in zip(filter(None, under), range(most), strict=False)]

    def rows(self) -> Iterator[Row]:
        """Yield the filled rows. Blank ones and notes under the table are passed over."""
        wanted = [(each.column, each.field) for each in self.headings if each.field]
        first, last = self.headings[0].column, self.headings[-1].column + 1
        after_gap = False
        for number, texts in enumerate(self.sheet.rows[self.top + 1 :], self.top + 2):
            if not any(texts[first:last]):
                after_gap = True
                continue
            cells = {name: texts[column] for column, name in wanted if texts[column]}
            if len(cells) <= _FEW and self._is_note(texts[first:last], cells, after_gap=after_gap):
                continue
            yield Row(self, number, cells)

    def _is_note(self, texts: Sequence[str], cells: Mapping[str, str], *, after_gap: bool) -> bool:
        filled = [text for text in texts if text]
        if len(filled) > _FEW or len(filled) == len(texts):
            return False
        if _NOTE.match(filled[0]):
            return True
        return after_gap and (len(filled) == 1 or not self.table.required <= cells.keys())


def heading_key(text: str) -> str:
    """Return a heading for comparing: without spaces, required marks and what stands in brackets."""
    return re.sub(r"[\s*:：]", "", re.split(r"[(\[【<]", half_width(text))[0])


def recognise(
    sheets: Sequence[Sheet], chosen: Mapping_, layouts: Sequence[Layout] = LAYOUTS
) -> tuple[Layout, list[Region]]:
    """Return the layout that explains most of the workbook, and its regions. Raises Refused."""
    best: tuple[int, Layout, list[Region]] | None = None
    for layout in layouts:
        scored = [found for sheet in sheets if (found := _best_region(sheet, layout, chosen))]
        total = sum(score for score, _ in scored)
        if scored and (best is None or total > best[0]):
            best = total, layout, [region for _, region in scored]
    if best is None or all(region.table.role != "units" for region in best[2]):
        raise Refused(
            Refusal(
                "没有认出房屋登记表",
                "请确认表头在前 15 行内，含“房号”一列；可先下载模板，把数据贴进去",
            )
        )
    return best[1], best[2]


def tables_in(sheets: Sequence[Sheet], layout: Layout) -> list[Region]:
    """Return the tables of ``layout`` that stand in the workbook, under their own headings."""
    return [found[1] for sheet in sheets if (found := _best_region(sheet, layout, {}))]


def _best_region(sheet: Sheet, layout: Layout, chosen: Mapping_) -> tuple[int, Region] | None:
    found = [
        (score, region)
        for top, texts in enumerate(sheet.rows[:_HEADING_ROWS])
        for table in layout.tables
        for score, region in [_region(sheet, top, texts, table, chosen)]
        if score > _FEW
    ]
    return max(found, key=lambda each: each[0], default=None)


def _region(
    sheet: Sheet, top: int, texts: Sequence[str], table: Table, chosen: Mapping_
) -> tuple[int, Region]:
    fields: set[str] = set()
    headings: list[Heading] = []
    known = 0
    for column, text in enumerate([*texts, ""]):
        key = heading_key(text)
        if not key:
            if known:
                break
            headings.clear()
            continue
        name = chosen.get((table.name, key), table.headings.get(key))
        known += name is not None
        headings.append(Heading(column, text, key, name if name and name not in fields else ""))
        fields.add(name or "")
    region = Region(table, sheet, top, tuple(headings))
    missing = len(table.required - fields)
    score = known - 2 * missing + (_TITLE_SCORE if known and sheet.title == table.title else 0)
    return score, region
