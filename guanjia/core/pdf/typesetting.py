"""From a typst template and plain data to PDF bytes."""

import json
import logging
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from guanjia.core.pdf.glyphs import FONTS, printable

if TYPE_CHECKING:
    import typst

logger = logging.getLogger(__name__)


@cache
def _fonts() -> "typst.Fonts":
    """Load the bundled fonts once; no other machine's fonts may change a document."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def compile_pdf(template: Path, data: Mapping[str, Any]) -> bytes:
    """Set `template` with `data`, which it reads by ``json(bytes(sys.inputs.data))``.

    Data travels as JSON and is never part of the markup: a name like ``#eval("1")`` prints as it
    is written. Safe to call from several threads; a compiler is made for each call because one
    cannot be shared, and costs a millisecond beside the fonts, which can.

    Raises typst.TypstError when the template itself is wrong.
    """
    return cast("bytes", _compiled(template, data, format="pdf", pdf_tags=False))


def compile_svg(template: Path, data: Mapping[str, Any]) -> bytes:
    """Draw the first page that ``compile_pdf`` would make, as SVG."""
    drawn = _compiled(template, data, format="svg")
    return cast("bytes", drawn[0] if isinstance(drawn, list) else drawn)


def _compiled(template: Path, data: Mapping[str, Any], **how: Any) -> Any:
    import typst  # at the first document: a web process that sets none need not carry it

    compiler = typst.Compiler(
        template,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(_printable(data), ensure_ascii=False)},
    )
    made, warnings = compiler.compile_with_warnings(**how)
    for warning in warnings:
        logger.warning("%s: %s", template.name, warning)
    return made


def _printable(value: Any) -> Any:
    """Make every string inside `value` printable, keys excepted."""
    match value:
        case str():
            return printable(value)
        case Mapping():
            return {key: _printable(item) for key, item in value.items()}
        case list() | tuple():
            return [_printable(item) for item in value]
        case _:
            return value
