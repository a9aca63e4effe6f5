import pickle

import pytest

from guanjia.core.refusal import Refusal, Refused, must

pytestmark = pytest.mark.rules

CLOSED = Refusal("今天已经日结", "请明天再收，或由主管重新打开")


def test_a_refusal_is_falsy_so_that_a_rule_reads_as_a_question() -> None:
    assert not CLOSED


def test_a_refusal_says_why_and_what_to_do() -> None:
    assert str(CLOSED) == "今天已经日结。请明天再收，或由主管重新打开。"


def test_refused_carries_its_refusal_across_processes() -> None:
    assert pickle.loads(pickle.dumps(Refused(CLOSED))).refusal == CLOSED  # noqa: S301 - our own bytes
    assert str(Refused(CLOSED)) == str(CLOSED)


def test_what_must_be_passes_where_the_rule_says_true_and_is_refused_where_it_does_not() -> None:
    must(True)
    with pytest.raises(Refused) as refused:
        must(CLOSED)
    assert refused.value.refusal is CLOSED
