"""Cash by denomination: what lies in a drawer, counted piece by piece. No database."""

from collections.abc import Mapping
from types import MappingProxyType

# Fen of one piece, the largest first: 100 yuan down to 1 jiao; the last row is loose fen.
DENOMINATIONS = (100_00, 50_00, 20_00, 10_00, 5_00, 1_00, 50, 10, 1)
LABELS = MappingProxyType(
    {
        100_00: "100 元",
        50_00: "50 元",
        20_00: "20 元",
        10_00: "10 元",
        5_00: "5 元",
        1_00: "1 元",
        50: "5 角",
        10: "1 角",
        1: "零分",
    }
)
MOST_PIECES = 99_999

Notes = Mapping[int, int]  # pieces by fen of one


def sum_of(notes: Notes) -> int:
    """Return what the pieces come to, in fen."""
    return sum(fen * pieces for fen, pieces in notes.items())


def whole(notes: Mapping[str, int] | Notes) -> dict[int, int]:
    """Return the pieces by denomination, those that are there, the largest first; keys may come from JSON.

    Raises ValueError for what is no denomination and for pieces below 0.
    """
    read = {int(fen): pieces for fen, pieces in notes.items()}
    if not read.keys() <= set(DENOMINATIONS) or any(pieces < 0 for pieces in read.values()):
        raise ValueError(f"no banknotes: {notes}")
    return {fen: read[fen] for fen in DENOMINATIONS if read.get(fen)}


def as_kept(notes: Notes) -> dict[str, int]:
    """Return the pieces as JSON keeps them."""
    return {str(fen): pieces for fen, pieces in whole(notes).items()}


def fewest(fen: int) -> dict[int, int]:
    """Return ``fen`` (not negative) in as few pieces as possible."""
    notes = {}
    for each in DENOMINATIONS:
        notes[each], fen = divmod(fen, each)
    return whole(notes)


def without(notes: Notes, taken: Notes) -> dict[int, int]:
    """Return what is left of ``notes``; pieces that were not there count as none left."""
    return whole({fen: max(0, notes.get(fen, 0) - taken.get(fen, 0)) for fen in DENOMINATIONS})


def to_bank(notes: Notes, *, float_fen: int) -> dict[int, int]:
    """Suggest what goes to the bank: the large notes, so that at least ``float_fen`` stays in small ones.

    From the largest down to 10 yuan, as many of each as leave the float whole: change stays for tomorrow.
    """
    spare = sum_of(notes) - float_fen
    taken = {}
    for fen in DENOMINATIONS[:4]:
        taken[fen] = min(notes.get(fen, 0), max(0, spare) // fen)
        spare -= taken[fen] * fen
    return whole(taken)
