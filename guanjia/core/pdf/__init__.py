"""Printed documents: typst lays them out, in bundled fonts, and no character vanishes silently."""

from guanjia.core.pdf.glyphs import missing_glyphs, printable
from guanjia.core.pdf.typesetting import compile_pdf, compile_svg

__all__ = ["compile_pdf", "compile_svg", "missing_glyphs", "printable"]
