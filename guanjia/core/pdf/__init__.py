"""Printed documents: typst lays them out, in bundled fonts, and no character vanishes silently."""

from guanjia.core.pdf.glyphs import missing_glyphs, printable
from guanjia.core.pdf.typesetting import compile_pdf

__all__ = ["compile_pdf", "missing_glyphs", "printable"]
