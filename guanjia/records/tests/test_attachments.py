"""Files: known by their bytes, bounded, named by us, handed out as downloads to those who may."""

import hashlib
import io
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DataError, transaction
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook
from PIL import Image

from guanjia.accounts.permissions import Permission, Role
from guanjia.accounts.tests.factories import make_community
from guanjia.accounts.tests.people import browser, make_staff, sign_in
from guanjia.records import file_kinds
from guanjia.records.attachments import attach
from guanjia.records.file_kinds import INVOICES, FileKind, UnfitFileError, kind_of
from guanjia.records.models import Attachment, JournalEntry, PersonalReveal

pytestmark = pytest.mark.django_db


def picture(kind, size=(40, 30), **options):
    file = io.BytesIO()
    Image.new("RGB", size, "white").save(file, kind, **options)
    return file.getvalue()


def workbook():
    file = io.BytesIO()
    Workbook().save(file)
    return file.getvalue()


def zipped(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parcel:
        for name, content in parts.items():
            parcel.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return file.getvalue()


def kind(content):
    return kind_of(io.BytesIO(content), len(content))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (picture("JPEG"), FileKind.JPEG),
        (picture("JPEG", progressive=True), FileKind.JPEG),
        (picture("JPEG", exif=b"Exif\x00\x00" + b"x" * 60_000), FileKind.JPEG),
        (picture("PNG"), FileKind.PNG),
        (picture("WEBP"), FileKind.WEBP),
        (picture("WEBP", lossless=True), FileKind.WEBP),
        (picture("WEBP", exif=b"Exif\x00\x00xx"), FileKind.WEBP),
        (b"%PDF-1.7\n%%EOF", FileKind.PDF),
        (workbook(), FileKind.XLSX),
        (zipped(word__document_xml="<w/>"), FileKind.DOCX),
    ],
)
def test_a_file_is_known_by_its_bytes(content, expected):
    assert kind(content) is expected


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html><script>alert(1)</script>",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0\x00",
        b"\xff\xd8\xff\xe0\x00\x00" * 50_000,
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"PK\x03\x04",
        zipped(evil_xml="x"),
    ],
)
def test_what_is_none_of_them_or_damaged_is_refused(content):
    with pytest.raises(UnfitFileError):
        kind(content)


OFD = zipped(OFD_xml="<ofd/>")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.7\n%%EOF", FileKind.PDF),
        (OFD, FileKind.OFD),
        (b'\xef\xbb\xbf<?xml version="1.0"?><EInvoice/>', FileKind.XML),
        (b"<EInvoice></EInvoice>", FileKind.XML),
    ],
)
def test_an_invoice_comes_as_the_tax_platform_gives_it(content, expected):
    assert kind_of(io.BytesIO(content), len(content), INVOICES) is expected


@pytest.mark.parametrize("content", [picture("PNG"), workbook(), b"MZ\x90", zipped(evil_xml="x")])
def test_no_other_file_is_taken_for_an_invoice(content):
    with pytest.raises(UnfitFileError, match="只收税务平台下载的 pdf、ofd、xml"):
        kind_of(io.BytesIO(content), len(content), INVOICES)


@pytest.mark.parametrize("content", [OFD, b"<?xml version='1.0'?><x/>"])
def test_an_invoices_file_is_no_paper(content):
    with pytest.raises(UnfitFileError, match="只收 jpg"):
        kind(content)


@pytest.mark.parametrize("layout", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("lossless", [False, True])
def test_pictures_are_bounded_in_pixels(layout, lossless, monkeypatch):
    monkeypatch.setattr(file_kinds, "MAX_PIXELS", 40 * 30)
    options = {"lossless": True} if lossless and layout == "WEBP" else {}
    assert kind(picture(layout, (40, 30), **options))
    with pytest.raises(UnfitFileError, match="像素"):
        kind(picture(layout, (41, 30), **options))


def test_size_and_what_it_swells_to_are_bounded(monkeypatch):
    with pytest.raises(UnfitFileError, match="MB"):
        kind_of(io.BytesIO(b"%PDF-"), file_kinds.MAX_BYTES + 1)
    monkeypatch.setattr(file_kinds, "MAX_UNPACKED_BYTES", 1_000_000)
    with pytest.raises(UnfitFileError, match="展开"):
        kind(zipped(xl__workbook_xml="0" * 2_000_000))


@pytest.fixture
def place():
    return make_community()


def keep(place, by, *, permission=Permission.HOUSEHOLD_READ, name="../../合同 <1>.pdf"):
    return attach(
        community=place,
        file=ContentFile(b"%PDF-1.7 contract"),
        name=name,
        permission=permission,
        by=by,
        at=timezone.now(),
    )


def test_it_is_kept_under_a_name_of_ours_with_its_hash(place):
    kept = keep(place, make_staff())
    assert kept.original_name == "../../合同 <1>.pdf"
    assert kept.file.name.startswith(f"attachments/{place.pk}/")
    assert kept.file.name.endswith(".pdf")
    assert kept.sha256 == hashlib.sha256(b"%PDF-1.7 contract").hexdigest()
    assert JournalEntry.objects.filter(
        community=place, subject_id=kept.pk, after__sha256=kept.sha256
    ).exists()


def test_a_file_whose_row_fails_is_not_left_behind(place):
    folder, by = f"attachments/{place.pk}", make_staff()
    keep(place, by)
    assert len(default_storage.listdir(folder)[1]) == 1
    with pytest.raises(DataError), transaction.atomic():
        keep(place, by, permission="x" * 31)
    assert len(default_storage.listdir(folder)[1]) == 1


def download(client, place, kept):
    return client.get(reverse("records:attachment", args=[place.code, kept.pk]))


def opened(client, place, kept):
    return b"".join(download(client, place, kept).streaming_content)


def test_it_is_sent_as_a_download_and_never_shown(place):
    clerk = make_staff(community=place, role=Role.CLERK)
    sent = download(sign_in(browser(), clerk), place, keep(place, clerk))
    assert b"".join(sent.streaming_content) == b"%PDF-1.7 contract"
    assert sent["Content-Disposition"].startswith("attachment;")
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert sent["Content-Type"] == "application/pdf"
    assert "sandbox" in sent["Content-Security-Policy"]
    assert "no-store" in sent["Cache-Control"]


def test_a_file_may_ask_for_more_than_reading_households(place):
    clerk = make_staff(community=place, role=Role.CLERK)
    kept = keep(place, clerk, permission=Permission.REGISTER_IMPORT)
    assert download(sign_in(browser(), clerk), place, kept).status_code == 403


def test_a_scan_of_personal_papers_leaves_a_trace_when_opened(place):
    clerk = make_staff(community=place, role=Role.CLERK)
    client = sign_in(browser(), clerk)
    opened(client, place, keep(place, clerk))
    assert not PersonalReveal.objects.filter(community=place).exists()
    kept = keep(place, clerk, permission=Permission.PERSONAL_REVEAL)
    assert opened(client, place, kept) == b"%PDF-1.7 contract"
    seen = PersonalReveal.objects.get(community=place)
    assert (seen.subject, seen.subject_id, seen.field) == ("records.attachment", kept.pk, "file")
    assert (seen.by, seen.reason) == (clerk, "查看档案扫描件")


def test_another_communitys_file_is_not_there(place):
    elsewhere = make_community()
    kept = keep(elsewhere, make_staff())
    client = sign_in(browser(), make_staff(community=place, role=Role.CLERK))
    assert download(client, place, kept).status_code == 404
    assert download(client, elsewhere, kept).status_code == 404


def test_a_file_that_the_disk_has_lost_is_not_there(place):
    clerk = make_staff(community=place, role=Role.CLERK)
    kept = keep(place, clerk)
    default_storage.delete(kept.file.name)
    assert download(sign_in(browser(), clerk), place, kept).status_code == 404
    assert Attachment.objects.filter(community=place).count() == 1
