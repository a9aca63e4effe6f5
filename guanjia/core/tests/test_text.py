import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanjia.core.surnames import SURNAME_READINGS
from guanjia.core.tests import hostile
from guanjia.core.text import TextError, clean, half_width, normalise, query_keys, search_keys

pytestmark = pytest.mark.rules

han = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)


def found(query: str, name: str) -> bool:
    """Tell what ``keys @> query_keys`` would, an empty query finding nobody."""
    wanted = query_keys(query)
    return bool(wanted) and set(wanted) <= set(search_keys(name))


# Cleaning


@pytest.mark.parametrize("name", hostile.NAMES)
def test_a_name_is_stored_as_typed_but_for_what_cannot_be_seen(name: str) -> None:
    assert clean(name) == name.replace("\u200b", "").replace("\u202e", "")


@pytest.mark.parametrize(("typed", "kept"), hostile.DIRTY_NAMES.items())
def test_control_characters_are_removed(typed: str, kept: str) -> None:
    assert clean(typed) == kept


def test_line_breaks_become_spaces() -> None:
    assert clean("一号门\r\n钥匙\t两把") == "一号门 钥匙 两把"


@pytest.mark.parametrize("typed", hostile.EMPTY_NAMES)
def test_what_leaves_nothing_to_see_is_refused(typed: str) -> None:
    with pytest.raises(TextError, match="请填写"):
        clean(typed)


def test_length_is_bounded() -> None:
    assert len(clean("长" * 50, limit=50)) == 50
    with pytest.raises(TextError, match=r"不能超过 50 个字.*现有 51"):
        clean("长" * 51, limit=50)


@given(st.text())
def test_what_is_kept_can_be_stored_and_is_clean_already(typed: str) -> None:
    try:
        kept = clean(typed)
    except TextError:
        return
    assert kept.encode()
    assert "\x00" not in kept
    assert clean(kept) == kept


# Comparing


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ｌｉ　Ｍｉｎｇ", "li ming"),
        ("  Li \t Ming ", "LI MING"),
        ("\uf900", "豈"),
        ("Straße", "STRASSE"),
        ("e\u0301", "É"),
        ("张\u200b三", "张三"),
        ("葛\U000e0100城", "葛城"),
    ],
)
def test_spellings_of_one_text_compare_equal(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


def test_different_names_stay_different() -> None:
    assert normalise("\ufa11") != normalise("崎")
    assert normalise("𠮷") != normalise("吉")


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_half_width_leaves_superscripts_alone() -> None:
    assert half_width("１２．５　元－²①") == "12.5 元-²①"


# Searching


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("曾敏", "zm"),
        ("单雄信", "sxx"),
        ("单于雄", "cyx"),
        ("解珍", "xz"),
        ("仇英", "qy"),
        ("覃辉", "qh"),
        ("覃辉", "th"),
        ("区志明", "ozm"),
        ("翟天", "zt"),
        ("翟天", "dt"),
        ("欧阳静", "oyj"),
        ("歐陽靜", "oyj"),
        ("尉迟恭", "ycg"),
        ("尉遲恭", "ycg"),
        ("万俟卨", "mq"),
        ("乐正绫", "yz"),
        ("𠮷田惠", "jth"),
        ("阿卜杜拉·买买提", "abdl"),
    ],
)
def test_initials_follow_every_reading_of_the_surname(name: str, initials: str) -> None:
    assert found(initials, name)


def test_pypinyins_own_reading_is_found_too() -> None:
    assert found("cm", "曾敏")
    assert not found("dm", "曾敏")


@pytest.mark.parametrize(
    "query",
    [
        "张",
        "素珍",
        "张素珍",
        "zsz",
        "zs",
        "sz",
        "ZS",
        "ｚｓ",
        "zhang",
        "zhangsuzhen",
        "zhang su",
        "zhang'su",
        "张sz",
        "张素 ",
    ],
)
def test_a_name_is_found_by_parts_initials_and_pinyin(query: str) -> None:
    assert found(query, "张素珍")


@pytest.mark.parametrize("query", ["李", "张珍", "珍素", "zz", "hang", "zhangsuzhi", "suzhen z"])
def test_a_name_is_not_found_by_what_it_does_not_hold(query: str) -> None:
    assert not found(query, "张素珍")


@pytest.mark.parametrize(
    "query", ["买买提", "拉买", "拉·买", "阿卜杜拉・买买提", "阿卜杜拉买买提", "阿卜杜拉 买买提"]
)
def test_a_name_with_a_dot_is_found_with_any_dot_or_none(query: str) -> None:
    assert found(query, "阿卜杜拉·买买提")


def test_foreign_names_are_found_by_the_start_of_each_word() -> None:
    assert found("smi", "John Smith")
    assert found("john smith", "John Smith")
    assert not found("mith", "John Smith")


@pytest.mark.parametrize("query", ["", " ", "·", "--", "\x00", "\u3000", "\u200b"])
def test_a_query_without_anything_to_search_has_no_keys(query: str) -> None:
    assert query_keys(query) == []


@given(
    st.text(min_size=1, max_size=60)
    | st.text(han, min_size=1, max_size=60)
    | st.sampled_from(hostile.NAMES)
)
def test_every_name_is_found_by_itself_with_a_bounded_number_of_keys(name: str) -> None:
    assert set(query_keys(name)) <= set(search_keys(name))
    assert len(search_keys(name)) < 600


@given(st.text(han, min_size=1, max_size=12), st.data())
def test_a_name_is_found_by_any_part_of_it(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))
    assert found(name[start:end], name)


@given(st.sampled_from(sorted(SURNAME_READINGS)), st.text(han, max_size=3))
def test_each_listed_surname_is_found_by_its_reading(surname: str, given_name: str) -> None:
    assert found("".join(SURNAME_READINGS[surname])[:12], surname + given_name)
