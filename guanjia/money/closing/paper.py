"""A sheet of facts, tables and signatures, black on A4 or A5. No database."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from guanjia.core.calendar import SHANGHAI
from guanjia.core.labelled import Labelled
from guanjia.core.pdf import compile_pdf

TEMPLATE = Path(__file__).parent / "print" / "sheet.typ"


class Paper(Labelled):
    """What the office's printer holds."""

    A4 = "a4", "A4"
    A5 = "a5", "A5"


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the sheet under its heading; cells arrive as words. Columns that end in ``>`` stand right."""

    heading: str
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    text: str = ""
    half: bool = False  # stands beside the next one


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole sheet; ``facts`` are label and value, ``signatures`` the lines at its foot."""

    office: str
    title: str
    facts: Sequence[tuple[str, str]]
    blocks: Sequence[Block]
    signatures: Sequence[str]
    printed: str = field(default="")


def paper_of_name(name: str) -> Paper:
    """Return the paper called ``name``, A4 for any other word."""
    return Paper.A5 if name == Paper.A5 else Paper.A4


def render(sheet: Sheet, *, paper: Paper) -> bytes:
    """Return the sheet as PDF."""
    return compile_pdf(TEMPLATE, {"paper": paper.value, **asdict(sheet)})


def moment(at: datetime) -> str:
    """Return an instant as a sheet writes it."""
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
