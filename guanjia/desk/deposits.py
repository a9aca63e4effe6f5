"""Deposits at the cash desk: the lines in which they are typed, beside the unpaid bills."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guanjia.accounts.models import Community
from guanjia.core.money import typed_yuan
from guanjia.money.deposits.models import DepositKind
from guanjia.money.deposits.reads import kinds_in_use
from guanjia.money.payments.forms import WishForm
from guanjia.money.payments.rules import MOST_DEPOSITS
from guanjia.money.payments.sheets import deposit_line

_FIELDS = ("kind", "amount", "for")


@dataclass(frozen=True, slots=True)
class DepositRow:
    """The ``n``th line in which a deposit is typed, as it stands in its fields; ``wrong`` are those to be mended."""

    n: int
    kind: str = ""
    amount: str = ""
    purpose: str = ""
    wrong: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DepositRows:
    """The lines on the page, and the kinds to choose from: read only where there is a line."""

    rows: Sequence[DepositRow]
    kinds: Sequence[DepositKind]


def rows_of(form: WishForm, community: Community, draft: Mapping[str, Any]) -> DepositRows:
    """Return the lines that were sent with ``form``, or those for the page to fill in from the ``draft``."""
    if form.is_bound:
        rows = [_sent(form, n) for n in _used(form.data)]
    else:
        kept = draft.get("values")
        rows = [DepositRow(n) for n in _used(kept if isinstance(kept, dict) else {})]
    return DepositRows(rows, list(kinds_in_use(community)) if rows else ())


def fresh_row(community: Community, sent: Mapping[str, Any]) -> DepositRows | None:
    """Return one line more than those ``sent``, begun with a kind that they have not; None where no more fit."""
    used = _used(sent)
    free = next((n for n in range(1, MOST_DEPOSITS + 1) if n not in used), None)
    if free is None:
        return None
    kinds = list(kinds_in_use(community))
    taken = {str(sent.get(f"deposit_kind_{n}")) for n in used}
    kind = next((kind for kind in kinds if str(kind.pk) not in taken), None)
    row = DepositRow(free, str(kind.pk), usual_yuan(kind)) if kind else DepositRow(free)
    return DepositRows([row], kinds)


def usual_yuan(kind: DepositKind) -> str:
    """Return the usual amount as it is typed; "" for a kind without one."""
    return typed_yuan(kind.usual_fen) if kind.usual_fen else ""


def wished_of(form: WishForm, kinds: Iterable[DepositKind]) -> dict[str, Any]:
    """Return what the form wishes for, the deposits as their receipt's lines; ``kinds`` are read only for those.

    A deposit of a kind out of use is left out.
    """
    wished = form.wished()
    if asked := wished.get("deposits"):
        names = {kind.pk: kind.name for kind in kinds}
        wished["deposits"] = [
            deposit_line(names[each.kind_id], each.amount_fen, each.reference)
            for each in asked
            if each.kind_id in names
        ]
    return wished


def _used(values: Mapping[str, Any]) -> list[int]:
    """Return the numbers of the lines of which anything is there."""
    return [
        n
        for n in range(1, MOST_DEPOSITS + 1)
        if any(values.get(f"deposit_{name}_{n}") for name in _FIELDS)
    ]


def _sent(form: WishForm, n: int) -> DepositRow:
    names = [f"deposit_{name}_{n}" for name in _FIELDS]
    kind, amount, purpose = (str(form.data.get(name, "")) for name in names)
    wrong = frozenset(
        part for part, name in zip(_FIELDS, names, strict=True) if name in form.errors
    )
    return DepositRow(n, kind, amount, purpose, wrong)
