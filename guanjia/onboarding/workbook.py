"""Opening a workbook that somebody uploaded, without letting it harm the machine."""

import io
import marshal
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from string import ascii_uppercase

from guanjia.core.refusal import Refusal, Refused
from guanjia.onboarding import parsing

MOST_BYTES = 10 * 1024 * 1024
_MOST_UNPACKED = 150 * 1024 * 1024
_MOST_PARTS = 500
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"  # an OLE container: .xls, or an encrypted .xlsx

_TOO_LARGE = Refusal(
    "工作簿展开后大得不合常理", "请把有数据的区域复制到新工作簿再上传；成片的空白格式也占地方"
)
_DAMAGED = Refusal("文件已损坏，打不开", "请用 Excel 或 WPS 打开后另存一份再上传")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's title and its rows of texts, from its row 1 and column A on; an empty cell is ''."""

    title: str
    rows: list[list[str]] = field(repr=False)


def read(content: bytes) -> list[Sheet]:
    """Return the sheets of an .xlsx file. Raises Refused."""
    _guard(content)
    try:
        parsed = subprocess.run(
            [sys.executable, "-I", Path(parsing.__file__)],
            input=content,
            capture_output=True,
            timeout=parsing.SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as fault:
        raise Refused(_TOO_LARGE) from fault
    if parsed.returncode:
        unreadable = parsed.returncode == parsing.UNREADABLE or b"PanicException" in parsed.stderr
        raise Refused(_DAMAGED if unreadable else _TOO_LARGE)
    sheets = marshal.loads(parsed.stdout)  # noqa: S302 - our own process wrote it
    return [Sheet(title, rows) for title, rows in sheets]


def _guard(content: bytes) -> None:
    """Refuse what the archive's own directory already tells."""
    if len(content) > MOST_BYTES:
        size = MOST_BYTES // 1024 // 1024
        raise Refused(Refusal(f"文件超过 {size} MB", "请按楼栋拆成几份，或删去图片后再上传"))
    if content.startswith(_OLD_OR_LOCKED):
        raise Refused(
            Refusal(
                "这是旧版 .xls 或加了密码的文件",
                "请在 Excel 里取消密码，另存为“Excel 工作簿（.xlsx）”再上传",
            )
        )
    if not content.startswith(b"PK"):
        raise Refused(
            Refusal("这不是 Excel 工作簿", "请用 Excel 或 WPS 另存为“Excel 工作簿（.xlsx）”再上传")
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as fault:
        raise Refused(_DAMAGED) from fault
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise Refused(_TOO_LARGE)


def column_name(index: int) -> str:
    """Return a column's letters: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, place = divmod(index - 1, len(ascii_uppercase))
        name = ascii_uppercase[place] + name
    return name
