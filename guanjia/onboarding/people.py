"""Reading people: their names, and numbers judged by ``core.identity``."""

import re
from datetime import date

from guanjia.core.identity import Verdict, check_id, check_organisation_code, check_phone
from guanjia.estate.states import PartyKind
from guanjia.onboarding import vocabulary
from guanjia.onboarding.cells import is_masked
from guanjia.onboarding.matching import Row
from guanjia.onboarding.records import PersonRecord
from guanjia.onboarding.row_reader import RowReader

_ORGANISATION = re.compile("|".join(vocabulary.ORGANISATION_WORDS))
_NAME = 100
_NUMBER = 60


def read_person(reader: RowReader, row: Row, today: date) -> PersonRecord | None:
    """Return the person a row names; None where it names nobody."""
    name = reader.text(row, "name", _NAME)
    if not name:
        if row.cells.keys() & {"phone", "id_number"} and not reader.is_bad(row):
            reader.warn(
                row, "name", "有电话或证件号，但没有姓名", "补上姓名后重新导入；其余照常导入"
            )
        return None
    kind = reader.value(row, "party_kind", vocabulary.PARTY_KIND)
    kind = PartyKind(kind) if kind else None
    is_organisation = (kind or _guess(name)) is PartyKind.ORGANISATION
    return PersonRecord(
        row,
        name,
        kind,
        phone=_phone(reader, row),
        id_number=_id_number(reader, row, today, is_organisation=is_organisation),
    )


def _guess(name: str) -> PartyKind:
    return PartyKind.ORGANISATION if _ORGANISATION.search(name) else PartyKind.PERSON


def kind_of(person: PersonRecord) -> PartyKind:
    """Return whether a new party is a person, as told or as its name suggests."""
    return person.kind or _guess(person.name)


def _phone(reader: RowReader, row: Row) -> str | None:
    text = row.cells.get("phone")
    if text is None or is_masked(text):
        return None
    if len(text) > _NUMBER:
        reader.error(row, "phone", "电话过长", "一格只填一个号码")
        return None
    checked = check_phone(text)
    if checked.verdict is Verdict.INVALID:
        reader.warn(row, "phone", "电话号码不对", f"{checked.message}；现照原样登记")
    return checked.number or None


def _id_number(reader: RowReader, row: Row, today: date, *, is_organisation: bool) -> str | None:
    text = row.cells.get("id_number")
    if text is None or is_masked(text):
        return None
    if len(text) > _NUMBER:
        reader.error(row, "id_number", "证件号过长", "一格只填一个号码")
        return None
    checked = check_organisation_code(text) if is_organisation else check_id(text, on=today)
    if checked.verdict in (Verdict.INVALID, Verdict.WRONG_CHECK_DIGIT):
        reader.warn(row, "id_number", "证件号不对", f"{checked.message}；现照原样登记")
    return checked.number or None
