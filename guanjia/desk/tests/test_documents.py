"""Papers come into the unit file with their scans; who may see numbers in full may open them."""

import struct

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from guanjia.accounts.permissions import Role
from guanjia.desk.tests.office import staff
from guanjia.estate.models import UnitDocument
from guanjia.estate.tests.factories import make_party
from guanjia.records.models import Attachment

pytestmark = pytest.mark.django_db(transaction=True)
PHOTO = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 8, 8) + b"\x08\x02\x00\x00\x00"


def filed(office, clerk, **changes):
    typed = {"kind": "id_copy", "party": office.owner.pk, "received_on": "2026-11-23"}
    return clerk.post(office.url("document-new", office.unit.key), {**typed, **changes})


def scan(content=PHOTO):
    return SimpleUploadedFile("身份证.png", content)


def test_a_paper_is_filed_with_its_scan_and_the_file_is_more_complete(office):
    clerk = staff(office, Role.CLERK)
    url = office.url("document-new", office.unit.key)
    page = clerk.get(url).content.decode()
    assert "身份证明复印件</span></li>" in page
    assert filed(office, clerk, file=scan()).status_code == 302
    paper = UnitDocument.objects.get(community=office.community)
    assert (paper.title, paper.party) == ("身份证明复印件", office.owner)
    assert "身份证明复印件</span></li>" not in clerk.get(url).content.decode()
    page = clerk.get(office.url("household-file", office.unit.key)).content.decode()
    link = reverse("records:attachment", args=[office.community.code, paper.attachment_id])
    assert link in page
    assert clerk.get(link).getvalue() == PHOTO
    assert staff(office, Role.AUDITOR).get(link).status_code == 403


def test_a_paper_in_the_cabinet_needs_no_scan(office):
    clerk = staff(office, Role.CLERK)
    assert filed(office, clerk, title="业主身份证", party="").status_code == 302
    paper = UnitDocument.objects.get(community=office.community)
    assert (paper.title, paper.party, paper.attachment) == ("业主身份证", None, None)


def test_an_unfit_file_is_told_at_its_field_and_nothing_is_filed(office):
    clerk = staff(office, Role.CLERK)
    answer = filed(office, clerk, file=scan(b"MZ not a picture"))
    assert answer.status_code == 422
    assert "扫描件或照片：只收" in answer.content.decode()
    assert not UnitDocument.objects.exists()
    assert not Attachment.objects.exists()


def test_a_paper_is_somebodys_of_this_unit(office):
    stranger = make_party(community=office.community, name="别户的人")
    assert filed(office, staff(office, Role.CLERK), party=stranger.pk).status_code == 422
