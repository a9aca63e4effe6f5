"""Nobody sees or logs a full phone or ID number that was not revealed for a reason (D7): pages, files, logs."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from pypdf import PdfReader

from guanjia.accounts.models import User
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_user
from guanjia.accounts.tests.people import client_of
from guanjia.estate.models import Party
from guanjia.money.payments.tests.factories import Office
from guanjia.people.models import Staff
from guanjia.reception.models import PhoneNote
from tests.architecture.test_routes import GUARDED
from tests.architecture.world import two_offices

pytestmark = pytest.mark.django_db
PHONE, ID_NUMBER = "13987654321", "110105199003077715"
HELD = (
    (Party, "phone"),
    (Party, "id_number"),
    (User, "phone"),
    (Staff, "phone"),
    (PhoneNote, "phone"),
)
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What an address is asked besides; a search by the last four digits finds the person.
QUESTIONS = {"<slug:community>/search/": "?q=4321", "<slug:community>/units/": "?q=4321"}


@pytest.fixture(scope="module")
def office(
    django_db_setup: None, django_db_blocker: Any
) -> Iterator[tuple[dict[str, Any], Office]]:
    """An office in which everybody has the same phone, and everybody on file the same ID number."""
    with django_db_blocker.unblock(), transaction.atomic():
        samples, _, office = two_offices()
        for model, field in HELD:
            for row in model.objects.all():
                setattr(row, field, ID_NUMBER if field == "id_number" else PHONE)
                row.save(update_fields=[field])
        yield samples, office
        transaction.set_rollback(True)


def answers_to(client, route, samples):
    """Yield what the address answers to each way of asking; nothing of what it does stays."""
    address = route.filled(samples)
    for ask, question in ((client.get, QUESTIONS.get(route.pattern, "")), (client.post, "")):
        with transaction.atomic():
            response = ask(address + question)
            yield response, words_of(response)
            transaction.set_rollback(True)


def words_of(response):
    """Return everything a reader of the answer can read, a workbook's cells and a PDF's pages too."""
    content = b"".join(response) if response.streaming else response.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return "".join(parts.read(name).decode(errors="replace") for name in parts.namelist())
    if content.startswith(b"%PDF") and b"startxref" in content:
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return content.decode(errors="replace")


def shown_in(text):
    return {number for number in (PHONE, ID_NUMBER) if number in text}


@pytest.mark.parametrize("role", Role)
def test_no_answer_and_no_log_line_shows_one(office, caplog, role):
    samples, where = office
    client = client_of(make_user(community=where.community, role=role))
    shown, kinds = {}, set()
    for route in GUARDED:
        for response, words in answers_to(client, route, samples):
            kinds.add(response.headers.get("Content-Type", "").partition(";")[0])
            if found := shown_in(words):
                shown[route.pattern] = found
    assert shown == {}
    assert role is not Role.FINANCE or {"application/pdf", WORKBOOK} <= kinds, (
        "files are among them"
    )
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert caplog.records and not shown_in(logged)


def test_the_control_a_reveal_shows_it_for_a_reason(office):
    samples, where = office
    client = client_of(make_user(community=where.community, role=Role.CLERK))
    address = f"/{samples['community']}/parties/{samples['party_id']}/reveals/"
    words = words_of(client.post(address, {"field": "phone", "reason": "回拨告知停水"}))
    assert shown_in(words) == {PHONE}


def test_the_control_a_workbook_that_holds_one_is_found():
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as parts:
        parts.writestr("xl/sharedStrings.xml", f"<t>{PHONE}</t>")
    assert shown_in(words_of(HttpResponse(book.getvalue()))) == {PHONE}
