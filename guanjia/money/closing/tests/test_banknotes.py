"""Pieces of money: they add up, and what is suggested for the bank leaves the float."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanjia.money.closing.banknotes import (
    DENOMINATIONS,
    as_kept,
    fewest,
    sum_of,
    to_bank,
    whole,
    without,
)

drawers = st.dictionaries(st.sampled_from(DENOMINATIONS), st.integers(0, 300))


@given(st.integers(0, 10**9))
def test_a_sum_in_fewest_pieces_is_the_sum(fen):
    assert sum_of(fewest(fen)) == fen


@given(drawers, st.integers(0, 2_000_00))
def test_what_goes_to_the_bank_leaves_the_float_and_was_there(notes, float_fen):
    taken = to_bank(notes, float_fen=float_fen)
    left = without(notes, taken)
    assert sum_of(taken) + sum_of(left) == sum_of(notes)
    assert all(taken[fen] <= notes[fen] for fen in taken)
    assert sum_of(left) >= min(float_fen, sum_of(notes))


def test_the_large_notes_go_first():
    notes = {100_00: 12, 50_00: 3, 10_00: 8, 1_00: 20, 10: 7}
    assert to_bank(notes, float_fen=200_00) == {100_00: 12, 50_00: 1}


@given(drawers)
def test_what_is_kept_is_read_again(notes):
    assert whole(as_kept(notes)) == {fen: n for fen, n in whole(notes).items() if n}


@pytest.mark.parametrize("notes", [{3_00: 1}, {100_00: -1}, {"x": 1}])
def test_what_is_no_money_is_refused(notes):
    with pytest.raises(ValueError):
        whole(notes)
