"""Invented people, and chance. Pure.

Names are drawn part by part from lists. Phone numbers begin with 1400000: numbers from 140 have thirteen
digits and go to machines, so with eleven none can ring. ID numbers begin with 900000, which no region and no
country has, and have a right check digit, so that they pass where a real one would.
"""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from guanjia.core.identity import resident_check_digit

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金"
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英玉兰秀珍建华文志海燕红梅晓东春生国庆德福淑贤"
    "雨轩子涵思远佳怡浩然欣悦俊熙梓萱若溪承泽锦程安琪嘉禾知行"
)
# What real registers hold and software stumbles over: characters beyond the common planes, a name with a
# dot, compound surnames, surnames that are read otherwise than the word.
RARE = (
    *("𠮷田惠", "王﨑", "阿卜杜拉·买买提", "古丽娜尔·艾合买提", "欧阳若兰", "尉迟岚", "单立人"),
    *("曾小满", "解思齐", "仇青山", "覃秋水", "区永年", "翟长庚", "朱䶮", "李喆堃", "上官清和"),
)


T = TypeVar("T")


def pick(rng: Random, weighted: Sequence[tuple[T, int]]) -> T:
    """Choose one of ``weighted`` by weight."""
    (choice,) = rng.choices([what for what, _ in weighted], [weight for _, weight in weighted])
    return choice


def chance(rng: Random, percent: int) -> bool:
    """Tell whether something happens that does so ``percent`` times of a hundred."""
    return rng.randrange(100) < percent


_EVERY = 20  # people of whom one bears a rare name, until all rare names are given


class People:
    """A source of people that never gives the same name or number twice."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._names: set[str] = set()
        self._rare = list(RARE)
        self._phones = iter(rng.sample(range(10000), 10000))

    def name(self) -> str:
        """Return a name, now and then one that needs care."""
        if self._rare and len(self._names) % _EVERY == _EVERY // 2:
            name = self._rare.pop(0)
        else:
            name = next(name for name in iter(self._common, "") if name not in self._names)
        self._names.add(name)
        return name

    def _common(self) -> str:
        given = self._rng.sample(_GIVEN, self._rng.choice((1, 2, 2, 2)))
        return self._rng.choice(_SURNAMES) + "".join(given)

    def phone(self) -> str:
        """Return a number that cannot ring."""
        return f"1400000{next(self._phones):04}"

    def id_number(self) -> str:
        """Return a well-formed number that nobody can have."""
        rng = self._rng
        birth = f"{rng.randint(1945, 2002)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
        number = f"900000{birth}{rng.randint(0, 999):03}"
        return number + resident_check_digit(number)

    def plate(self) -> str:
        """Return a number plate of no province."""
        return f"示A·{self._rng.choice('ABCDEFGHJKLMNPQRSTUVWXYZ')}{self._rng.randint(1000, 9999)}"
