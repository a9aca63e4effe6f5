"""What a file really is, by its first bytes; never by its name or by what the sender says."""

import struct
import zipfile
from collections.abc import Collection
from enum import StrEnum
from typing import BinaryIO

MAX_BYTES = 20 * 2**20
MAX_PIXELS = 50_000_000
MAX_UNPACKED_BYTES = 400 * 2**20
MAX_PARTS = 5_000
_HEAD_BYTES = 256 * 2**10  # a camera's preview stands before the frame header
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class FileKind(StrEnum):
    """A kind of file that is taken in; its value is the content type's short name."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    PDF = "pdf"
    XLSX = "xlsx"
    DOCX = "docx"
    OFD = "ofd"
    XML = "xml"

    @property
    def suffix(self) -> str:
        """The file name's ending."""
        return "jpg" if self is FileKind.JPEG else self.value

    @property
    def content_type(self) -> str:
        """The media type it is served with."""
        office = "application/vnd.openxmlformats-officedocument."
        return {
            FileKind.PDF: "application/pdf",
            FileKind.XLSX: f"{office}spreadsheetml.sheet",
            FileKind.DOCX: f"{office}wordprocessingml.document",
            FileKind.OFD: "application/ofd",
            FileKind.XML: "application/xml",
        }.get(self, f"image/{self.value}")


# What is put into a file of papers, and what the tax platform issues an invoice as.
PAPERS = frozenset(FileKind) - {FileKind.OFD, FileKind.XML}
INVOICES = frozenset({FileKind.PDF, FileKind.OFD, FileKind.XML})


class UnfitFileError(Exception):
    """The file is not taken in; the Chinese message says why and what to do."""


def kind_of(file: BinaryIO, size: int, kinds: Collection[FileKind] = PAPERS) -> FileKind:
    """Return what ``file`` is, one of ``kinds``. Raises UnfitFileError for too large, other, damaged or swollen ones."""
    if size > MAX_BYTES:
        raise UnfitFileError(f"文件超过 {MAX_BYTES >> 20} MB，请压缩或拆分后再传")
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    try:
        kind, pixels = _by_magic(file, head, kinds)
    except (struct.error, IndexError, zipfile.BadZipFile) as fault:
        raise UnfitFileError("文件已损坏，请重新导出或重拍后再传") from fault
    finally:
        file.seek(0)
    if kind not in kinds:
        raise UnfitFileError(_only(kinds))
    if pixels > MAX_PIXELS:
        raise UnfitFileError(f"图片超过 {MAX_PIXELS // 10_000} 万像素，请缩小后再传")
    return kind


def _only(kinds: Collection[FileKind]) -> str:
    if kinds == INVOICES:
        return "只收税务平台下载的 pdf、ofd、xml 文件"
    return "只收 jpg、png、webp 图片和 pdf、xlsx、docx 文件"


def _by_magic(file: BinaryIO, head: bytes, kinds: Collection[FileKind]) -> tuple[FileKind, int]:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        width, height = struct.unpack(">II", head[16:24])
        return FileKind.PNG, width * height
    if head.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG, _jpeg_pixels(head)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return FileKind.WEBP, _webp_pixels(head)
    if head.startswith(b"%PDF-"):
        return FileKind.PDF, 0
    if head.startswith(b"PK\x03\x04"):
        return _zipped_kind(file, kinds), 0
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"<?xml", b"<EInvoice")):
        return FileKind.XML, 0
    raise UnfitFileError(_only(kinds))


def _jpeg_pixels(head: bytes) -> int:
    """Walk the segments to the frame header (any SOF marker)."""
    at = 2
    while True:
        marker = head[at + 1]
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return int(width * height)
        at += 2 + int(struct.unpack(">H", head[at + 2 : at + 4])[0])


def _webp_pixels(head: bytes) -> int:
    """Read the canvas of the simple, the lossless and the extended layout."""
    layout = head[12:16]
    if layout == b"VP8X":
        width = int.from_bytes(head[24:27], "little") + 1
        return width * (int.from_bytes(head[27:30], "little") + 1)
    if layout == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return ((bits & 0x3FFF) + 1) * ((bits >> 14 & 0x3FFF) + 1)
    width, height = struct.unpack("<HH", head[26:30])
    return int((width & 0x3FFF) * (height & 0x3FFF))


def _zipped_kind(file: BinaryIO, kinds: Collection[FileKind]) -> FileKind:
    """Tell a workbook, a document and an OFD by their parts, without unpacking any; refuse what would swell."""
    with zipfile.ZipFile(file) as parts:
        listed = parts.infolist()
    if len(listed) > MAX_PARTS or sum(part.file_size for part in listed) > MAX_UNPACKED_BYTES:
        raise UnfitFileError("文件展开后过大，请拆分后再传")
    names = {part.filename for part in listed}
    if "xl/workbook.xml" in names:
        return FileKind.XLSX
    if "word/document.xml" in names:
        return FileKind.DOCX
    if "OFD.xml" in names:
        return FileKind.OFD
    if kinds == INVOICES:
        raise UnfitFileError(_only(kinds))
    raise UnfitFileError("压缩包里不是 xlsx 或 docx，请另存为标准格式后再传")
