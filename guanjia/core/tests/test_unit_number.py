import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanjia.core.tests import hostile
from guanjia.core.unit_number import UnitNumberError, candidates, floor_of, unit_key

pytestmark = pytest.mark.rules

buildings = st.integers(1, 150).map(str) | st.sampled_from("ABCDEFGH")
entrances = st.none() | st.integers(1, 12)
rooms = st.builds("{}{:02}".format, st.integers(1, 60), st.integers(1, 40)) | st.builds(
    "B{}{:02}".format, st.integers(1, 5), st.integers(1, 40)
)
dwellings = st.tuples(buildings, entrances, rooms)

SPELLINGS = [
    "{b}-{e}-{r}",
    "{b}.{e}.{r}",
    "{b}/{e}/{r} ",
    "{b} {e} {r}",
    "{b}－{e}－{r}",
    "{b}—{e}—{r}",
    "{b}#{e}-{r}",
    "{b}栋{e}单元{r}室",
    "{b}幢{e}单元{r}",
    "{b}幢{e}-{r}",
    "{b}号楼{e}单元{r}",
    "{b}座{e}梯{r}房",
    "{b} 栋 {e} 单元 {r} 室",
    "{b}栋-{e}单元-{r}室",
]
SPELLINGS_WITHOUT_ENTRANCE = [
    "{b}-{r}",
    "{b}.{r}",
    "{b}栋{r}",
    "{b}座{r}室",
    "{b}号楼 {r}",
    "{b}#{r}",
]


def key_of(building: str, entrance: int | None, room: str) -> str:
    return f"{building}-{room}" if entrance is None else f"{building}-{entrance}-{room}"


@pytest.mark.parametrize(
    "typed",
    [
        "3-2-1201",
        "3栋2单元1201室",
        "3幢2-1201",
        "３－２－１２０１",
        "3#2-1201",
        "3#楼2单元1201",
        "三栋二单元一二〇一",
        "03-02-1201",
        "3栋2单元12楼1201",
        "3栋2单元12层1201室",
        "3.2.1201",
        " 3-2-1201\u3000",
    ],
)
def test_spellings_of_one_dwelling_are_one_key(typed: str) -> None:
    assert unit_key(typed) == "3-2-1201"


@pytest.mark.parametrize("typed", hostile.ROOMS_OF_ONE_UNIT)
def test_the_usual_mistakes_are_one_key(typed: str) -> None:
    assert unit_key(typed) == "1-101"


@given(dwellings, st.sampled_from(SPELLINGS), st.sampled_from(SPELLINGS_WITHOUT_ENTRANCE))
def test_every_spelling_of_a_dwelling_is_its_key(
    dwelling: tuple[str, int | None, str], full: str, short: str
) -> None:
    building, entrance, room = dwelling
    spelling = short if entrance is None else full
    assert unit_key(spelling.format(b=building, e=entrance, r=room)) == key_of(*dwelling)


@given(dwellings, dwellings)
def test_different_dwellings_never_share_a_key(
    one: tuple[str, int | None, str], other: tuple[str, int | None, str]
) -> None:
    assert (unit_key(key_of(*one)) == unit_key(key_of(*other))) == (one == other)


def test_parts_are_not_run_together() -> None:
    typed = ["1-101", "11-01", "11-1-1", "1-1-01", "1-11-1", "1101", "1-1-101"]
    assert len(set(map(unit_key, typed))) == len(typed)


@pytest.mark.parametrize(
    ("key", "spellings"),
    [
        ("A-1201", ["A座1201", "a栋1201室", "A-1201", "A1201"]),
        (
            "3-2-B101",
            ["3-2--101", "3-2-B101", "3-2-负101", "3栋2单元负101室", "3栋2单元负一层B101"],
        ),
        (
            "B1-B-86",
            [
                "负一层B-086",
                "-1层B-086",
                "B1层B086",
                "地下一层B-86",
                "车位负一层B-086",
                "负一层B-086车位",
            ],
        ),
        ("P-B-86", ["车位B-086", "停车位B086", "地下车库B-086", "P-B-086"]),
        ("C-1", ["C0001", "C-0001"]),
        ("S-12", ["商铺12", "S-12", "S12", "商铺-12", "商铺S-12", "店面十二"]),
        ("S-1-12", ["1栋商铺12", "商铺1-12"]),
        ("S-B1-12", ["负一层商铺12"]),
        ("K-3-12", ["3栋储藏室12", "储藏间3-12"]),
        ("3-M1", ["3栋夹层01室", "3-M01"]),
        ("1期-3-2-1201", ["一期3栋2单元1201", "1期3-2-1201"]),
        ("百合苑-3-1201", ["百合苑三栋1201室", "百合苑3-1201"]),
        ("100-12-302", ["100弄12号302室"]),
        ("12", ["12号", "十二号", "12栋"]),
        ("101-20-101", ["一百零一栋二十单元101"]),
        ("1-0-101", ["1-0-101"]),
        ("3-2-1201A", ["3-2-1201a", "3栋2单元1201A室"]),
        ("1-1201东", ["1栋1201东户"]),
    ],
)
def test_other_units_have_keys_too(key: str, spellings: list[str]) -> None:
    assert {unit_key(typed) for typed in (key, *spellings)} == {key}


@pytest.mark.parametrize("typed", hostile.HOPELESS_ROOMS)
def test_hopeless_input_is_refused_with_a_remedy(typed: str) -> None:
    with pytest.raises(UnitNumberError, match="请写成") as refused:
        unit_key(typed)
    assert len(str(refused.value)) < 80


@pytest.mark.parametrize("typed", ["2单元1201", "二单元1201室", "A单元1201", "一期2单元1201"])
def test_an_entrance_without_its_building_is_refused(typed: str) -> None:
    with pytest.raises(UnitNumberError, match="没有写楼栋，请写成"):
        unit_key(typed)


words = st.text("0123456789ABSPKM栋幢座号楼单元室层负一二十百期东-－#. 商铺车位夹", max_size=16)


@given(st.text(max_size=20) | words)
def test_a_key_is_its_own_key(typed: str) -> None:
    try:
        key = unit_key(typed)
    except UnitNumberError:
        return
    assert unit_key(key) == key
    assert unit_key(f" {key} ") == key


# Omnibox


def test_digits_are_cut_in_the_likeliest_order() -> None:
    assert candidates("321201")[:3] == ["3-2-1201", "32-1-201", "32-1201"]
    assert candidates("31201")[:2] == ["3-1-201", "3-1201"]
    assert candidates("10101")[:2] == ["10-101", "1-101"]
    assert candidates("12") == ["12"]


def test_written_numbers_are_taken_as_written() -> None:
    assert candidates("3.2.1201") == candidates("3栋2单元1201") == ["3-2-1201"]
    assert candidates("３２１２０１") == candidates("321201")
    assert candidates("zs") == candidates("") == []


@given(st.integers(1, 99), st.integers(1, 9), st.integers(1, 60), st.integers(1, 40))
def test_digits_always_offer_the_unit_they_came_from(
    building: int, entrance: int, floor: int, door: int
) -> None:
    room = f"{floor}{door:02}"
    assert f"{building}-{entrance}-{room}" in candidates(f"{building}{entrance}{room}")
    assert f"{building}-{room}" in candidates(f"{building}{room}")


@given(st.text("0123456789", max_size=14))
def test_candidates_are_few_distinct_keys(typed: str) -> None:
    keys = candidates(typed)
    assert len(keys) == len(set(keys)) < 10
    assert [unit_key(key) for key in keys] == keys


# Floors


@pytest.mark.parametrize(
    ("room", "floor"),
    [
        ("1201", 12),
        ("101", 1),
        ("1201室", 12),
        ("1201A", 12),
        ("3-2-1201", 12),
        ("-101", -1),
        ("负201", -2),
        ("3-2-B101", -1),
        ("86", None),
        ("M01", None),
        ("10201", None),
        ("会所", None),
        ("", None),
    ],
)
def test_the_floor_is_read_from_the_room(room: str, floor: int | None) -> None:
    assert floor_of(room) == floor
