"""Cut the three bundled fonts from their upstream files; README.md beside says when and how."""

import argparse
import bz2
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
SIMPLIFIED = 2  # the SC face of Noto's collection
RARE_FAMILY = "Guanjia Rare Han"  # the OFL reserves the name Hanazono to the unmodified font

# Korean is the one large part of the collection that a Chinese office never prints.
HANGUL = (
    *(range(0x1100, 0x1200), range(0x3130, 0x3190), range(0xA960, 0xA980)),
    *(range(0xAC00, 0xD800), range(0xFFA0, 0xFFDD)),
)
# Historical dictionaries, bronze inscriptions, Zhuang and dialect collections: from these, only
# characters that still have a Mandarin reading can stand in a name.
ANTIQUARIAN = {"GKX", "GHZ", "GHZR", "GHC", "GZJW", "GZ", "GZFY"}
SUPPLEMENTARY_HAN = range(0x20000, 0x30000)


def cut(source: Path, face: int, keep: set[int], target: Path, family: str = "") -> None:
    """Write the subset `keep` (code points) of one face, without the tables typst never reads."""
    options = subset.Options(
        font_number=face,
        layout_features=["kern"],
        name_IDs=[*range(8), 13, 14],
        hinting=False,
        notdef_outline=True,
    )
    options.drop_tables += ["BASE", "FFTM", "VORG", "vhea", "vmtx"]
    font = subset.load_font(source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=keep)
    subsetter.subset(font)
    if family:
        for record in list(font["name"].names):
            if record.nameID in {1, 3, 4, 6}:
                name = family.replace(" ", "") if record.nameID == 6 else family  # noqa: PLR2004 - the OpenType specification's PostScript name
                record.string = name
    subset.save_font(font, target, options)
    print(f"{target.name}: {len(keep):,} characters, {target.stat().st_size / 1e6:.1f} MB")  # noqa: T201 - the answer of a script


def unihan(path: Path, field: str) -> dict[int, str]:
    """Read one field of a Unihan file: code point to value."""
    with bz2.open(path, "rt", encoding="utf-8") as lines:
        cells = (line.rstrip("\n").split("\t") for line in lines if line.startswith("U+"))
        return {
            int(code.removeprefix("U+"), 16): value for code, name, value in cells if name == field
        }


def gb2312() -> set[int]:
    """Give the 6,763 everyday characters and the signs of GB 2312."""
    pairs = (bytes([row, cell]) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    return {ord(char) for pair in pairs for char in pair.decode("gb2312", "ignore")}


def main() -> None:
    """Build all three fonts from the unpacked Debian packages."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("root", type=Path, help="folder with the unpacked packages (usr/share/…)")
    share = parser.parse_args().root / "usr/share"
    noto = share / "fonts/opentype/noto"
    hanazono = share / "fonts/truetype/hanazono/HanaMinB.ttf"

    regular = set(TTFont(noto / "NotoSansCJK-Regular.ttc", fontNumber=SIMPLIFIED).getBestCmap())
    regular -= {code for block in HANGUL for code in block}
    cut(noto / "NotoSansCJK-Regular.ttc", SIMPLIFIED, regular, HERE / "NotoSansCJKsc-Regular.otf")

    bold = regular & (gb2312() | set(range(0x2070)))
    cut(noto / "NotoSansCJK-Bold.ttc", SIMPLIFIED, bold, HERE / "NotoSansCJKsc-Bold.otf")

    sources = unihan(share / "unicode/Unihan_IRGSources.txt.bz2", "kIRG_GSource")
    spoken = unihan(share / "unicode/Unihan_Readings.txt.bz2", "kMandarin")
    rare = {
        code
        for code in set(TTFont(hanazono).getBestCmap()) - regular
        if code in SUPPLEMENTARY_HAN
        and code in sources
        and (code in spoken or sources[code].split("-")[0] not in ANTIQUARIAN)
    }
    cut(hanazono, -1, rare, HERE / "GuanjiaRareHan-Regular.ttf", RARE_FAMILY)


if __name__ == "__main__":
    main()
