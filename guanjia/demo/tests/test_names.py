"""Invented people."""

from random import Random

import pytest

from guanjia.core.identity import Verdict, check_id, check_phone
from guanjia.demo.names import RARE, People

pytestmark = pytest.mark.rules


def people(seed):
    return People(Random(seed))  # noqa: S311 - invented people, no secret


def test_no_name_or_number_is_given_twice():
    source = people(1)
    for made in ([source.name() for _ in range(600)], [source.phone() for _ in range(600)]):
        assert len(set(made)) == 600


def test_all_rare_names_are_given():
    source = people(2)
    assert set(RARE) <= {source.name() for _ in range(400)}


def test_numbers_pass_every_check_and_can_be_nobodys():
    source = people(3)
    for _ in range(100):
        number, phone = source.id_number(), source.phone()
        assert check_id(number).verdict is Verdict.OK
        assert number.startswith("900000")
        assert check_phone(phone).verdict is Verdict.OK
        assert phone.startswith("1400000")
