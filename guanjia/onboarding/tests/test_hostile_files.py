"""Files that would harm the machine are refused with one sentence; broken ones never do half of anything."""

import io
import random
import resource
import zipfile

import pytest

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_community, make_user
from guanjia.accounts.tests.people import client_of
from guanjia.core.refusal import Refused
from guanjia.onboarding.tests.workbooks import PEER, register, size, take_in
from guanjia.onboarding.workbook import MOST_BYTES, read

MUTATIONS = 100
HEAD = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
SHEET = "xl/worksheets/sheet1.xml"


def with_part(name, content):
    """Return a small workbook with one of its parts replaced."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(register({"number": "1-1-101"}))) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        with new.open(name, "w", force_zip64=True) as file:
            for chunk in content:
                file.write(chunk)
    return made.getvalue()


def sheet_of(*rows):
    return with_part(SHEET, [HEAD, b"<sheetData>", *rows, b"</sheetData></worksheet>"])


def many_parts():
    made = io.BytesIO(register({"number": "1-1-101"}))
    with zipfile.ZipFile(made, "a") as archive:
        for n in range(10_000):
            archive.writestr(f"xl/media/{n}.bin", b"")
    return made.getvalue()


BOMBS = {
    "300 MB of blanks": lambda: with_part(SHEET, [HEAD, *[b" " * 10**6] * 300]),
    "a cell in the last corner": lambda: sheet_of(
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    ),
    "a million blank rows of sixteen columns": lambda: sheet_of(
        *[(b"<row>" + b'<c s="1"/>' * 16 + b"</row>") * 10_000] * 100
    ),
    "one long text in very many cells": lambda: sheet_of(
        *(
            b"".join(
                b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>%s</t></is></c></row>'
                % (n, n, b"x" * 30_000)
                for n in range(start, start + 100)
            )
            for start in range(1, 6_001, 100)
        )
    ),
    "ten thousand parts": many_parts,
}


@pytest.mark.rules
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_and_takes_no_memory_here(bomb):
    content = BOMBS[bomb]()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Refused, match="大得不合常理"):
        read(content)
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown_mb < 300


@pytest.mark.rules
def test_a_shared_text_shown_in_very_many_cells_stays_within_bounds():
    texts = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>%s</t></si></sst>'
    cells = b"".join(
        b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 60_001)
    )
    with pytest.raises(Refused, match="大得不合常理"):
        read(_replace(sheet_of(cells), "xl/sharedStrings.xml", texts % (b"x" * 32_000)))


def _replace(content, name, body):
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for part in old.namelist():
            new.writestr(part, body if part == name else old.read(part))
    return made.getvalue()


@pytest.mark.rules
def test_a_million_blank_rows_below_the_register_do_no_harm():
    rows = (b'<row r="%d" s="1" customFormat="1"/>' % n for n in range(2, 1_000_001))
    first = b'<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'
    content = with_part(SHEET, [HEAD, b'<dimension ref="A1:XFD1048576"/><sheetData>', first, *rows, b"</sheetData></worksheet>"])  # fmt: skip
    assert [sheet.rows for sheet in read(content)] == [[["x"]]]


@pytest.mark.rules
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "不是 Excel"),
        (b"%PDF-1.7", "不是 Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧版 .xls 或加了密码"),
        (PEER[: len(PEER) // 2], "已损坏"),
        (b"PK\x03\x04" + b"\0" * 100, "已损坏"),
        (b"PK" + b"\0" * MOST_BYTES, "超过"),
    ],
)
def test_what_is_no_workbook_is_refused_in_one_sentence(content, reason):
    with pytest.raises(Refused, match=reason):
        read(content)


@pytest.mark.rules
def test_a_zip_without_a_workbook_is_refused():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("note.txt", "x")
    with pytest.raises(Refused, match="已损坏"):
        read(made.getvalue())


def mutated(seed, source=PEER):
    """Return the peer's workbook with a few bytes changed, in the archive or in a part before packing."""
    rng = random.Random(seed)  # noqa: S311 - repeatable, not secret
    if seed % 2:
        content = bytearray(source)
        for _ in range(rng.randint(1, 8)):
            content[rng.randrange(len(content))] = rng.randrange(256)
        return bytes(content)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as old, zipfile.ZipFile(made, "w") as new:
        victim = rng.choice([name for name in old.namelist() if name.endswith(".xml")])
        for part in old.namelist():
            body = bytearray(old.read(part))
            if part == victim:
                for _ in range(rng.randint(1, 30)):
                    at = rng.randrange(len(body))
                    body[at : at + rng.randint(0, 3)] = rng.choice(
                        [
                            b"<",
                            b">",
                            b'"',
                            b"9" * 30,
                            b"-1",
                            b"\xff",
                            b"&amp;",
                            b"1e308",
                            b"XFD1048576",
                            b"",
                        ]
                    )
            new.writestr(part, bytes(body))
    return made.getvalue()


@pytest.mark.django_db
def test_mutated_workbooks_come_in_whole_or_not_at_all():
    outcomes = {"in": 0, "kept out": 0, "refused": 0}
    for seed in range(MUTATIONS):
        community = make_community()
        try:
            outcome = take_in(community, mutated(seed))
        except Refused:
            outcomes["refused"] += 1
            assert not any(size(community).values()), seed
            continue
        if outcome.refusal is not None:
            outcomes["kept out"] += 1
            assert not any(size(community).values()), seed
            continue
        outcomes["in"] += 1
        counts = outcome.examined.plan.counts
        assert size(community)["Unit"] == counts["unit"]["new"], seed
        assert size(community)["Tenure"] == counts["tenure"]["new"], seed
    assert sum(outcomes.values()) == MUTATIONS
    assert all(outcomes.values()), outcomes


@pytest.mark.django_db
def test_uploading_broken_workbooks_never_fails_the_page():
    community = make_community()
    client = client_of(make_user(community=community, role=Role.ADMINISTRATOR))
    for seed in range(20):
        file = io.BytesIO(mutated(seed))
        file.name = "坏.xlsx"
        response = client.post(f"/{community.code}/register/", {"file": file})
        assert response.status_code in {302, 422}, seed
