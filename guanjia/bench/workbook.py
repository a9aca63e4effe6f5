"""A register's workbook taken in, beside reading its cells with calamine and a bare COPY of them."""

import tempfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import python_calamine
import xlsxwriter
from django.core.management import call_command
from psycopg import sql

from guanjia.bench.figures import Figure, Goal, timed
from guanjia.bench.ground import YARDSTICK, Ground

UNITS = 50_000
TURNS = 3
BAD = 100  # rows
# What a register's rows become, what is referred to first.
_TABLES = (
    "estate_building", "estate_unit", "estate_party", "estate_tenure", "tariffs_chargeitem",
    "tariffs_tariff", "tariffs_unittariff", "records_journalentry",
)  # fmt: skip
_HEADINGS = (
    "房号",
    "类型",
    "建筑面积",
    "状态",
    "交付日期",
    "业主姓名",
    "证件号",
    "电话",
    "收费标准",
)


def run(ground: Ground, *, units: int = UNITS, turns: int = TURNS) -> Iterator[Figure]:
    """Yield the figures of a workbook of ``units`` rows: dry run, import, and the same workbook again."""
    ground.twin(_TABLES)
    columns = ", ".join(f"c{n} text" for n in range(len(_HEADINGS)))
    ground.owner.execute(f"CREATE TABLE public.bench_cells ({columns})")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "register.xlsx"
        _write(file, units)
        laps = [_lap(ground, file, f"导入{turn}") for turn in range(turns)]
    goals = {"试导入": Goal("≤", 4), "导入": Goal("≤", 4), "再导入同一份": None}
    *ratios, to_same_rows = zip(*laps, strict=True)
    for label, values in zip(goals, ratios, strict=True):
        yield Figure(f"{label} {units} 行 ÷ 读单元格并 COPY", values, goal=goals[label])
    yield Figure(f"导入 {units} 行 ÷ 读单元格并 COPY 写下的各行，键和索引相同", to_same_rows)


def _lap(ground: Ground, file: Path, community: str) -> tuple[float, ...]:
    """Return what a dry run, an import and the same import again cost, the yardstick being 1.

    Last comes the import beside a COPY of all the rows it writes, keys and indexes kept.
    """
    raw = timed(lambda: _copy(ground, file))
    dry = timed(lambda: _take_in(file, community, dry_run=True))
    real = timed(lambda: _take_in(file, community))
    again = timed(lambda: _take_in(file, community))
    same_rows = _written(ground, community)
    keyed = timed(lambda: _copy_rows(ground, file, same_rows))
    return dry / raw, real / raw, again / raw, real / keyed


def _write(file: Path, units: int) -> None:
    """Write a workbook whose last rows are wrong: areas that are none, numbers that come twice."""
    with xlsxwriter.Workbook(str(file), {"constant_memory": True}) as workbook:
        prices = workbook.add_worksheet("收费标准")
        prices.write_row(0, 0, ("收费项目", "收费标准", "生效日", "计费依据", "单价", "依据"))
        prices.write_row(
            1, 0, ("物业服务费", "高层住宅", "2020-01-01", "建筑面积", "2.40", "合同第五条")
        )
        sheet = workbook.add_worksheet("房屋与业主")
        sheet.write_row(0, 0, _HEADINGS)
        for n in range(units):
            sheet.write_row(n + 1, 0, _row(n, is_bad=n >= units - min(BAD, units // 10)))


def _row(n: int, *, is_bad: bool) -> tuple[str, ...]:
    number = f"{n // 1000 + 1}-{n // 100 % 10 + 1}-{n // 4 % 25 + 1}{n % 4 + 1:02}"
    area = "无此面积" if is_bad else f"{60 + n % 90}.{n % 100:02}"
    return (number, "住宅", area, "入住", "2020-06-10", f"业主{n}", "", f"1400{n:07}", "高层住宅")


def _cells(file: Path) -> list[list[Any]]:
    return python_calamine.load_workbook(file).get_sheet_by_name("房屋与业主").to_python()


def _copy(ground: Ground, file: Path) -> None:
    rows = _cells(file)
    ground.owner.execute("TRUNCATE bench_cells")
    with ground.owner.cursor().copy("COPY bench_cells FROM STDIN") as copy:
        for row in rows:
            copy.write_row([str(cell) for cell in row])


def _written(ground: Ground, community: str) -> dict[str, list[bytes]]:
    """Return the rows an import wrote, as COPY tells them, by table."""
    told = {}
    for table in _TABLES:
        rows = sql.SQL(
            "COPY (SELECT t.* FROM public.{} t JOIN accounts_community c ON c.id = t.community_id"
            " WHERE c.name = {} ORDER BY t.id) TO STDOUT"
        ).format(sql.Identifier(table), sql.Literal(community))
        with ground.owner.cursor().copy(rows) as copy:
            told[table] = [bytes(row) for row in copy]
    return told


def _copy_rows(ground: Ground, file: Path, told: dict[str, list[bytes]]) -> None:
    _cells(file)
    twins = [sql.Identifier(YARDSTICK, table) for table in told]
    with ground.owner.transaction():
        ground.owner.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(twins)))
        for twin, rows in zip(twins, told.values(), strict=True):
            with ground.owner.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(twin)) as copy:
                copy.write(b"".join(rows))


def _take_in(file: Path, community: str, *, dry_run: bool = False) -> None:
    call_command(
        "import_register",
        file,
        community=community,
        create=True,
        skip_bad=True,
        dry_run=dry_run,
        json=True,
        stdout=StringIO(),
        stderr=StringIO(),
    )
