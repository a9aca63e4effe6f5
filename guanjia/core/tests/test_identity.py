from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanjia.core.identity import (
    Kind,
    Verdict,
    check_id,
    check_organisation_code,
    check_phone,
    mask_id,
    mask_phone,
    normalise_phone,
    organisation_check_digit,
    phone_tail,
    resident_check_digit,
)
from guanjia.core.tests.hostile import RESIDENT_IDS

pytestmark = pytest.mark.rules

TODAY = date(2026, 12, 1)
births = st.dates(date(1880, 1, 1), TODAY)


# Documents


@pytest.mark.parametrize(
    ("case", "verdict"),
    [
        ("wrong check digit", Verdict.WRONG_CHECK_DIGIT),
        ("ends in X", Verdict.OK),
        ("ends in x", Verdict.OK),
        ("full width", Verdict.OK),
        ("no leap day", Verdict.INVALID),
        ("filler", Verdict.PLACEHOLDER),
        ("17 digits", Verdict.INVALID),
        ("19 digits", Verdict.INVALID),
        ("NUL", Verdict.INVALID),
        ("words", Verdict.INVALID),
    ],
)
def test_the_verdict_on_a_resident_number(case: str, verdict: Verdict) -> None:
    assert check_id(RESIDENT_IDS[case], on=TODAY).verdict is verdict


@pytest.mark.parametrize("case", ["leap day", "summer time of 1988"])
def test_real_birthdays_are_plausible(case: str) -> None:
    typed = RESIDENT_IDS[case]
    number = typed[:17] + resident_check_digit(typed)
    assert check_id(number, on=TODAY).verdict is Verdict.OK


def test_a_number_comes_back_normalised_with_a_remedy_where_it_is_wrong() -> None:
    assert check_id(" １１０１０１ 19900307 002x ", on=TODAY).number == "11010119900307002X"
    assert "请" in check_id(RESIDENT_IDS["wrong check digit"], on=TODAY).message
    assert "请" in check_id(RESIDENT_IDS["words"], on=TODAY).message


def test_nobody_is_born_tomorrow_or_two_centuries_ago() -> None:
    assert check_id("110101202612020012", on=TODAY).verdict is Verdict.INVALID
    assert check_id("110101182612020012", on=TODAY).verdict is Verdict.INVALID
    assert check_id("110101202612020012", on=date(2026, 12, 2)).verdict is not Verdict.INVALID


@given(births, st.integers(0, 999))
def test_every_well_made_number_is_ok_and_one_wrong_character_is_noticed(
    birth: date, serial: int
) -> None:
    body = f"350824{birth:%Y%m%d}{serial:03}"
    check = resident_check_digit(body)
    assert check_id(body + check, on=TODAY).verdict is Verdict.OK
    others = set("0123456789X") - {check}
    assert {check_id(body + other, on=TODAY).verdict for other in others} == {
        Verdict.WRONG_CHECK_DIGIT
    }


@pytest.mark.parametrize(
    "typed", ["", " ", "无", "暂无", "-", "/", "null", "0", "1" * 18, "１" * 18, "0" * 15]
)
def test_what_stands_for_no_number_is_a_placeholder(typed: str) -> None:
    checked = check_id(typed, on=TODAY)
    assert (checked.verdict, checked.number) == (Verdict.PLACEHOLDER, "")


def test_fifteen_digits_are_an_old_resident_number() -> None:
    assert check_id("110101900307001", on=TODAY).kind is Kind.RESIDENT_15
    assert check_id("110101901307001", on=TODAY).verdict is Verdict.INVALID


@pytest.mark.parametrize(
    "typed",
    [
        "E12345678",
        "EJ1234567",
        "H12345678",
        "M1234567890",
        "01234567",
        "A123456(7)",
        "USA350212345678",
    ],
)
def test_passports_and_permits_are_another_kind(typed: str) -> None:
    checked = check_id(typed, on=TODAY)
    assert (checked.verdict, checked.kind) == (Verdict.OK, Kind.TRAVEL)


def test_residence_permits_of_hong_kong_macao_and_taiwan_are_read_as_resident_numbers() -> None:
    body = "81000019900307001"
    assert check_id(body + resident_check_digit(body), on=TODAY).verdict is Verdict.OK


@pytest.mark.parametrize("typed", ["13905925520", "12345", "009999199003070011", "张三"])
def test_other_things_are_no_document(typed: str) -> None:
    assert check_id(typed, on=TODAY).verdict is Verdict.INVALID


def test_organisation_codes_have_their_own_check_digit() -> None:
    assert check_organisation_code("91110000802100433B").verdict is Verdict.OK
    assert check_organisation_code("９１１１００００802100433b").verdict is Verdict.OK
    assert check_organisation_code("911100008021004330").verdict is Verdict.WRONG_CHECK_DIGIT
    assert check_organisation_code("9111000080210043IO").verdict is Verdict.INVALID
    assert check_organisation_code("无").verdict is Verdict.PLACEHOLDER


@given(
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17).filter(
        lambda body: len(set(body)) > 1
    )
)
def test_every_well_made_organisation_code_is_ok(body: str) -> None:
    assert check_organisation_code(body + organisation_check_digit(body)).verdict is Verdict.OK


# Phones


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("13905925520", "13905925520"),
        ("139 0592 5520", "13905925520"),
        ("１３９－０５９２－５５２０", "13905925520"),
        ("+86 139-0592-5520", "13905925520"),
        ("8613905925520", "13905925520"),
        ("0592-5061234", "0592-5061234"),
        ("(0592)5061234", "0592-5061234"),
        ("（０５９２）506-1234", "0592-5061234"),
        ("05925061234", "0592-5061234"),
        ("+86 592 5061234", "0592-5061234"),
        ("010 62345678", "010-62345678"),
        ("+86 10 62345678", "010-62345678"),
        ("0592-5061234-801", "0592-5061234-801"),
        ("0592-5061234转801", "0592-5061234-801"),
        ("400-812-3456", "4008123456"),
        ("+852 9876 5432", "+85298765432"),
        ("0085298765432", "+85298765432"),
    ],
)
def test_one_number_has_one_spelling(typed: str, number: str) -> None:
    checked = check_phone(typed)
    assert (checked.verdict, checked.number) == (Verdict.OK, number)
    assert normalise_phone(number) == number


@pytest.mark.parametrize("typed", ["18999999999", "11111111111", "00000000", "", "无", "-"])
def test_documented_fillers_and_repeated_digits_are_no_phone(typed: str) -> None:
    assert check_phone(typed).verdict is Verdict.PLACEHOLDER


@pytest.mark.parametrize("typed", ["13800000000", "13800000001", "13800138000"])
def test_round_numbers_are_somebodys_phone(typed: str) -> None:
    assert check_phone(typed).verdict is Verdict.OK


@pytest.mark.parametrize(
    "typed",
    ["5061234", "1390592552", "139059255201", "12345678901", "张三", "13905925520/13905925521"],
)
def test_what_is_no_phone_is_refused_with_a_remedy(typed: str) -> None:
    checked = check_phone(typed)
    assert checked.verdict is Verdict.INVALID
    assert "请" in checked.message


def test_the_tail_is_of_the_line_and_not_of_the_extension() -> None:
    assert phone_tail("13905925520") == "5520"
    assert phone_tail("0592-5061234-801") == "1234"


# Masks


def test_the_middle_is_hidden() -> None:
    assert mask_id("350203199001011234") == "350***********1234"
    assert mask_id("E12345678") == "E1*****78"
    assert mask_phone("13905925520") == "139****5520"
    assert mask_phone("0592-5061234-801") == "0592-***1234"
    assert mask_id("") == mask_phone("") == ""


@given(st.text(min_size=1, max_size=30))
def test_at_least_a_quarter_is_always_hidden(number: str) -> None:
    for masked in (mask_id(number), mask_phone(number)):
        assert masked.count("*") * 4 >= len(number)


@given(st.text())
def test_no_text_breaks_a_check(text: str) -> None:
    for check in (check_id, check_organisation_code, check_phone):
        assert check(text).verdict in Verdict
    phone = check_phone(text)
    if phone.verdict is Verdict.OK:
        assert normalise_phone(phone.number) == phone.number
