"""A register's workbook taken in, beside reading its cells with calamine and a bare COPY of them."""

import tempfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import python_calamine
import xlsxwriter
from django.core.management import call_command

from guanjia.bench.figures import Figure, Goal, timed
from guanjia.bench.ground import Ground

UNITS = 50_000
TURNS = 3
BAD = 100  # rows
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
    columns = ", ".join(f"c{n} text" for n in range(len(_HEADINGS)))
    ground.owner.execute(f"CREATE TABLE public.bench_cells ({columns})")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "register.xlsx"
        _write(file, units)
        laps = [_lap(ground, file, f"导入{turn}") for turn in range(turns)]
    goals = {"试导入": Goal("≤", 4), "导入": Goal("≤", 4), "再导入同一份": None}
    for label, ratios in zip(goals, zip(*laps, strict=True), strict=True):
        name = f"{label} {units} 行 ÷ 读单元格并 COPY"
        yield Figure(name, ratios, goal=goals[label])


def _lap(ground: Ground, file: Path, community: str) -> tuple[float, ...]:
    """Return what a dry run, an import and the same import again cost, the yardstick being 1."""
    raw = timed(lambda: _copy(ground, file))
    dry = timed(lambda: _take_in(file, community, dry_run=True))
    real = timed(lambda: _take_in(file, community))
    again = timed(lambda: _take_in(file, community))
    return dry / raw, real / raw, again / raw


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


def _copy(ground: Ground, file: Path) -> None:
    rows = python_calamine.load_workbook(file).get_sheet_by_name("房屋与业主").to_python()
    ground.owner.execute("TRUNCATE bench_cells")
    with ground.owner.cursor().copy("COPY bench_cells FROM STDIN") as copy:
        for row in rows:
            copy.write_row([str(cell) for cell in row])


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
