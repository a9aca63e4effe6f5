"""What the desk sends with one press of the button. Amounts are read, never believed: the books decide."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from guanjia.core.inputs import LineField
from guanjia.core.money import LIMIT_FEN, MoneyError, fen_from_yuan
from guanjia.core.refusal import Refusal
from guanjia.estate.models import Tenure, Unit
from guanjia.estate.states import Capacity
from guanjia.money.payments.receipt_pdf import Paper
from guanjia.money.payments.rules import (
    BY_REFERENCE,
    FARTHEST,
    MOST_DEPOSITS,
    Deposit,
    Method,
    PrintFault,
    ReferenceUsed,
    Tender,
)
from guanjia.money.payments.taking import Taking

# Several methods at once; each then has an amount of its own.
SPLIT = "split"
# Who pays without being registered at the unit.
PROXY = "代缴"
_MOST_BILLS = 600
_LARGEST_ID = 2**63 - 1
_ID = re.compile("[0-9]{1,18}")  # never longer than a bigint


class FenField(forms.Field):
    """An amount typed in yuan, read into fen; '' is None."""

    def to_python(self, value: Any) -> int | None:
        """Read the amount; the error says how to mend it."""
        try:
            return fen_from_yuan(str(value)) if value else None
        except MoneyError as wrong:
            raise ValidationError(str(wrong)) from wrong


def bill_ids(typed: Iterable[str]) -> set[int]:
    """Return the ids in what was sent; what is none is passed over."""
    return {int(each) for each in typed if _ID.fullmatch(each)}


# Of each deposit's line; no form changes them, so all forms share them.
_BY_DEPOSIT: dict[str, forms.Field] = {
    f"deposit_{name}_{n}": field
    for n in range(1, MOST_DEPOSITS + 1)
    for name, field in {
        "kind": forms.IntegerField(
            label=_("押金种类"), min_value=1, max_value=_LARGEST_ID, required=False
        ),
        "amount": FenField(label=_("押金金额"), required=False),
        "for": LineField(label=_("押金用途"), max_length=60, required=False),
    }.items()
}


class WishForm(forms.Form):
    """What is to be paid now of the ticked bills (empty: all), ahead, and as deposits.

    A deposit has ``deposit_kind_<n>``, ``deposit_amount_<n>`` and ``deposit_for_<n>``; a line left empty is none.
    """

    settle = FenField(label=_("本次收"), required=False)
    prepay = FenField(label=_("存入预存"), required=False)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields |= _BY_DEPOSIT

    def clean(self) -> dict[str, Any]:
        """Ask for what a deposit's line lacks."""
        typed: dict[str, Any] = super().clean() or {}
        for n in range(1, MOST_DEPOSITS + 1):
            kind, amount = f"deposit_kind_{n}", f"deposit_amount_{n}"
            if not (typed.get(kind) or typed.get(amount) or typed.get(f"deposit_for_{n}")):
                continue
            if not typed.get(kind) and kind not in self.errors:
                self.add_error(kind, say("请选押金的种类，不收就去掉那一行"))
            if typed.get(amount) is None and amount not in self.errors:
                self.add_error(amount, say("请填押金的金额，不收就去掉那一行"))
        return typed

    @property
    def deposits(self) -> tuple[Deposit, ...]:
        """The deposits asked for, as far as their lines could be read; only once the form was looked at."""
        typed = self.cleaned_data
        return tuple(
            Deposit(kind, fen, typed.get(f"deposit_for_{n}", ""))
            for n in range(1, MOST_DEPOSITS + 1)
            if (kind := typed.get(f"deposit_kind_{n}"))
            and (fen := typed.get(f"deposit_amount_{n}")) is not None
        )

    def wished(self) -> dict[str, Any]:
        """Return all in fen as far as it could be read; {} while nothing was sent."""
        if not self.is_bound:
            return {}
        self.is_valid()
        typed = self.cleaned_data
        return {
            "settle_fen": typed.get("settle"),
            "prepay_fen": typed.get("prepay") or 0,
            "deposits": self.deposits,
        }


class BillIds(forms.Field):
    """The ids of the ticked bills, each once, in order."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> tuple[int, ...]:
        """Read the ids; whether they are anybody's bills is seen under the lock."""
        typed = {str(each) for each in value or ()}
        if len(typed) > _MOST_BILLS or not all(map(_ID.fullmatch, typed)):
            raise ValidationError(say("选中的费用读不懂，请刷新页面"))
        return tuple(sorted(bill_ids(typed)))


# Of each method; no form changes them, so all forms share them.
_BY_METHOD: dict[str, forms.Field] = {
    **{f"amount_{method}": FenField(label=method.label, required=False) for method in Method},
    **{
        f"reference_{method}": forms.CharField(label=_("参考号"), max_length=64, required=False)
        for method in Method
        if method in BY_REFERENCE
    },
}


class PaymentForm(WishForm):
    """One payment at ``unit``. ``payer`` is a tenure's id; without one ``payer_name`` was typed.

    One method pays all of it, by ``tendered`` or ``reference``; of several each has ``amount_<method>`` and, but
    for cash and prepayments, ``reference_<method>``. ``settle`` empty is all that is ticked.
    """

    bill = BillIds(label=_("费用"), required=False)
    expected_fen = forms.IntegerField(min_value=0, max_value=LIMIT_FEN)
    method = forms.ChoiceField(
        label=_("收款方式"),
        choices=[*Method.choices(), (SPLIT, _("组合收款"))],
        error_messages={"required": _("请选收款方式，按 1 至 6")},
    )
    tendered = FenField(label=_("实收现金"), required=False)
    # Of several methods cash is handed over for its own part.
    tendered_cash = FenField(label=_("实收现金"), required=False)
    reference = forms.CharField(label=_("参考号"), required=False, max_length=64)
    received_on = forms.DateField(label=_("到账日期"), required=False)
    again = forms.BooleanField(label=_("同一笔款分缴"), required=False)
    payer = forms.IntegerField(min_value=1, max_value=_LARGEST_ID, required=False)
    payer_name = forms.CharField(label=_("缴款人姓名"), required=False, max_length=60)
    key = forms.UUIDField()

    refusal: Refusal | None = None

    def __init__(self, data: Any = None, *, unit: Unit, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.unit = unit
        self.fields |= _BY_METHOD

    def clean(self) -> dict[str, Any]:
        """Find out who pays, in one statement."""
        typed: dict[str, Any] = super().clean() or {}
        if not typed.get("payer"):
            if not typed.get("payer_name"):
                self.add_error("payer_name", say("请填缴款人姓名"))
            return {**typed, "payer_capacity": PROXY}
        rows = Tenure.objects.filter(
            community=self.unit.community_id, unit=self.unit, pk=typed["payer"]
        )
        party = Coalesce("party__merged_into_id", "party_id")
        found = rows.values_list(party, "party__name", "capacity", "relation").first()
        if found is None:
            self.add_error("payer_name", say("缴款人已不在本户登记里，请重新选择"))
            return typed
        party_id, name, capacity, relation = found
        return {
            **typed,
            "payer_id": party_id,
            "payer_name": name,
            "payer_capacity": relation or Capacity(capacity).label,
        }

    @property
    def ticked(self) -> tuple[int, ...] | None:
        """The bills that were ticked, however the rest was typed; None while nothing was sent."""
        return self.cleaned_data.get("bill", ()) if self.is_bound else None

    @property
    def asks_again(self) -> bool:
        """Whether the reference has paid before, so that it must be said that it rightly pays again."""
        return isinstance(self.refusal, ReferenceUsed) or bool(self.data.get("again"))

    def taking(self) -> Taking:
        """Return what is asked for; only after ``is_valid``."""
        typed = self.cleaned_data
        settle_fen, prepay_fen = typed["settle"], typed["prepay"] or 0
        settled_fen = typed["expected_fen"] if settle_fen is None else settle_fen
        deposits = self.deposits
        due_fen = settled_fen + prepay_fen + sum(deposit.amount_fen for deposit in deposits)
        return Taking(
            unit_id=self.unit.pk,
            bill_ids=typed["bill"],
            expected_fen=typed["expected_fen"],
            tenders=self._tenders(due_fen),
            payer_name=typed["payer_name"],
            payer_capacity=typed["payer_capacity"],
            payer_id=typed.get("payer_id"),
            settle_fen=settle_fen,
            prepay_fen=prepay_fen,
            deposits=deposits,
            received_on=typed["received_on"],
            again=typed["again"],
        )

    def _tenders(self, due_fen: int) -> tuple[Tender, ...]:
        typed = self.cleaned_data
        if typed["method"] != SPLIT:
            method = Method(typed["method"])
            return (Tender(method, due_fen, typed["tendered"], typed["reference"]),)
        return tuple(
            Tender(
                method,
                amount_fen,
                # The drawer's cash is counted to the fen: what is handed over for this part.
                amount_fen if typed["tendered_cash"] is None else typed["tendered_cash"],
                typed.get(f"reference_{method}", ""),
            )
            for method in Method
            if (amount_fen := typed[f"amount_{method}"])
        )


class PaperForm(forms.Form):
    """Which paper lies in the printer."""

    paper = forms.TypedChoiceField(choices=Paper.choices(), coerce=Paper)


class OffsetForm(forms.Form):
    """How far the print is moved, in tenths of a millimetre."""

    dx = forms.IntegerField(
        label=_("向右（0.1 mm，向左填负数）"), min_value=-FARTHEST, max_value=FARTHEST
    )
    dy = forms.IntegerField(
        label=_("向下（0.1 mm，向上填负数）"), min_value=-FARTHEST, max_value=FARTHEST
    )


class FormsForm(forms.Form):
    """How many three-part forms lie in the printer."""

    forms = forms.IntegerField(
        label=_("现在装了多少份"),
        min_value=1,
        max_value=9999,
        help_text=_("一份打一张收据；装新纸时填整箱的份数，之后每打一张自动减一"),
    )


class FaultForm(forms.Form):
    """What was wrong with the latest sheet."""

    reason = forms.TypedChoiceField(
        label=_("怎么了"), choices=PrintFault.choices(), coerce=PrintFault
    )
