"""Every character is printed as it is or seen to be missing; nothing becomes an empty box."""

import io
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest
from pypdf import PdfReader

from guanjia.core.pdf import compile_pdf, missing_glyphs, printable

TEMPLATE = """
#let data = json(bytes(sys.inputs.data))
#set text(font: ("Noto Sans CJK SC", "Guanjia Rare Han"), lang: "zh", region: "cn")
#set document(date: none)
#data.names.join(linebreak())

#strong(data.names.first())
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "names.typ"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def fonts_of(pdf: bytes) -> set[str]:
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    fonts = cast("dict[str, Any]", cast("dict[str, Any]", page["/Resources"])["/Font"])
    return {str(font["/BaseFont"]).split("+")[1] for font in fonts.values()}


@pytest.mark.parametrize(
    "name",
    [
        "张素珍",
        "𠮷野",  # Extension B
        "\ufa11村",  # a unified character among the compatibility ones
        "㙍㛃",  # Extension A
        "\U0002afa2\U0002ce93",  # Extension C and E
        "\u9fcd\u9fef",  # late additions to the basic block
        "Zoë Müller",
        "Анна",
        "98.62 ㎡ × 2.40 ￥ № ①",
    ],
)
def test_names_that_occur_have_glyphs(name: str) -> None:
    assert missing_glyphs(name) == set()
    assert printable(name) == name


def test_every_character_of_the_legacy_chinese_encodings_has_a_glyph() -> None:
    pairs = (bytes([row, cell]) for row in range(0x81, 0xFF) for cell in range(0x40, 0xFF))
    gbk = {char for pair in pairs for char in pair.decode("gbk", "ignore")}
    han = {char for char in gbk if "\u3400" <= char <= "\u9fff"}
    assert len(han) > 20_000
    assert missing_glyphs("".join(han)) == set()


def test_a_missing_character_is_shown_with_its_code() -> None:
    assert missing_glyphs("王\U00031350") == {"\U00031350"}
    assert printable("王\U00031350") == "王〓〔U+31350〕"
    assert printable("\ue863\ud800") == "〓〔U+E863〕〓〔U+D800〕"  # private use, half a pair
    assert missing_glyphs("〓") == set()


def test_what_cannot_be_seen_cannot_reorder_or_break_a_line() -> None:
    assert printable("张\u202e三\u200b\ufe00\n李\t四") == "张三 李 四"


def test_rare_characters_reach_the_paper_in_the_bundled_fonts_alone(
    template: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        pdf = compile_pdf(template, {"names": ["𠮷\u3664 \U0002a6a5 \U00031350"]})
    assert "𠮷\u3664 \U0002a6a5 〓〔U+31350〕" in text_of(pdf)
    # Bold lacks 𠮷 and borrows it from Regular; the font for rare characters has the one neither has.
    assert fonts_of(pdf) == {
        *("NotoSansCJKsc-Regular-Identity-H", "NotoSansCJKsc-Bold-Identity-H", "GuanjiaRareHan")
    }
    assert caplog.text == ""


def test_a_template_that_asks_for_another_font_is_logged(
    template: Path, caplog: pytest.LogCaptureFixture
) -> None:
    template.write_text('#set text(font: "SimSun")\n收据', encoding="utf-8")
    compile_pdf(template, {})
    assert "unknown font family: simsun" in caplog.text


@pytest.mark.parametrize(
    "name",
    ['#eval("1")', "*x* _y_ `z`", "[a] $x$ @l <b>", "\\ // # = - + /", '"); #panic("x', "#{", "{}"],
)
def test_markup_in_a_name_prints_as_written(template: Path, name: str) -> None:
    assert name in text_of(compile_pdf(template, {"names": ["首", name]}))


def test_the_same_data_gives_the_same_bytes(template: Path) -> None:
    data = {"names": ["张素珍", "李四"]}
    assert compile_pdf(template, data) == compile_pdf(template, data)
    assert compile_pdf(template, data) != compile_pdf(template, {"names": ["张素珍", "李五"]})


def test_threads_may_compile_at_once(template: Path) -> None:
    def compiled(number: int) -> str:
        return text_of(compile_pdf(template, {"names": [f"0{number}"]}))

    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(compiled, range(24)))
    assert [int(page.split()[0]) for page in pages] == list(range(24))
