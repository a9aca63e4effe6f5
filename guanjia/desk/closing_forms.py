"""The forms of shifts and days: cash by denomination, totals from slips, a second person's signature."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from guanjia.core.money import yuan
from guanjia.desk.refund_forms import KeyForm
from guanjia.money.closing.actions.endings import Slip
from guanjia.money.closing.banknotes import DENOMINATIONS, LABELS, MOST_PIECES, Notes, whole
from guanjia.money.closing.facts import ShiftFacts
from guanjia.money.closing.models import DrawerRules, Shift
from guanjia.money.payments.forms import FenField
from guanjia.money.payments.models import Desk
from guanjia.money.payments.rules import Method

# Whose totals come on a slip of their own, to be held against the books.
BY_SLIP = (Method.POS, Method.STATIC_CODE)


def _pieces(fen: int, label: str, desk: int = 0) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=MOST_PIECES,
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "off",
                "maxlength": 5,
                "data-fen": fen,
                "data-desk": desk,
            }
        ),
    )


class NotesForm(forms.Form):
    """Pieces of each denomination in one drawer."""

    def __init__(self, data: Any = None, *, notes: Notes | None = None, **kwargs: Any) -> None:
        initial = {f"n{fen}": pieces for fen, pieces in (notes or {}).items()}
        super().__init__(data, initial={**initial, **kwargs.pop("initial", {})}, **kwargs)
        for fen in DENOMINATIONS:
            self.fields[f"n{fen}"] = _pieces(fen, LABELS[fen])

    @property
    def rows(self) -> list[BoundField]:
        """The denominations, the largest first."""
        return [self[f"n{fen}"] for fen in DENOMINATIONS]

    @property
    def rest(self) -> list[BoundField]:
        """The other fields."""
        return [field for field in self if field.name not in {row.name for row in self.rows}]

    def notes(self) -> dict[int, int]:
        """Return what was typed; only after ``is_valid``."""
        return whole({fen: self.cleaned_data[f"n{fen}"] or 0 for fen in DENOMINATIONS})


class Signed(forms.Form):
    """A second person's number and their own secret, which is never sent back."""

    login = forms.CharField(
        label=_("工号或手机号"),
        max_length=40,
        error_messages={"required": _("请签名的同事输入自己的工号")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    secret = forms.CharField(
        label=_("本人的密码或 PIN"),
        strip=False,
        max_length=128,
        error_messages={"required": _("请签名的同事输入自己的密码")},
        widget=forms.PasswordInput(attrs={"autocomplete": "one-time-code"}),
    )


class OpeningForm(NotesForm, Signed):
    """The float; where it differs from what was left, why, and who looked at it too."""

    reason = forms.CharField(label=_("差异原因"), max_length=200, required=False)
    from_bank = forms.BooleanField(label=_("是财务发放或收回的备用金"), required=False)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for name in ("login", "secret"):  # the second name is for a large difference only
            self.fields[name].required = False


class BankingForm(KeyForm, NotesForm, Signed):
    """What is taken to the bank during a shift, once a press."""

    carrier = forms.CharField(label=_("送款人"), max_length=60)
    slip = forms.CharField(label=_("缴款单号"), max_length=40, required=False)


class HandoverForm(Signed):
    """The end of a shift: slips, copies of voided receipts, the reason of a difference, the memo, the signature."""

    reason = forms.CharField(label=_("差异原因"), max_length=200, required=False)
    memo = forms.CharField(
        label=_("交班备忘"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any, *, facts: ShiftFacts, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.takings = facts.takings
        off = facts.count.difference_fen if facts.count else 0
        much = say("多") if off > 0 else say("少")
        self.fields["reason"].required = off != 0
        self.fields["reason"].error_messages["required"] = say(
            "实点比应有{much} {yuan} 元，没有写明原因"
        ).format(much=much, yuan=yuan(abs(off)))
        for method in BY_SLIP:
            taken = facts.takings.of(method)
            self.fields[f"slip_{method}"] = FenField(
                label=say("{method}小票合计").format(method=method.label),
                required=bool(taken.count or taken.back_count),
                error_messages={"required": say("请照结算小票填合计，没有就填 0")},
            )
        self.numbers = {r.pk: r.payment.receipts.all()[0].full_number for r in facts.reversals}
        self.fields["copies"] = forms.TypedMultipleChoiceField(
            label=say("两联都在的作废收据"),
            choices=[(pk, number) for pk, number in self.numbers.items()],
            coerce=int,
            required=False,
        )

    @property
    def ticked(self) -> set[int]:
        """The receipts ticked as found in both copies, however the rest was typed."""
        sent = self["copies"].value() or ()
        return {int(pk) for pk in sent if pk in map(str, self.numbers)}

    def slips(self) -> list[Slip]:
        """Return what the slips say; one left empty where nothing was taken says nothing."""
        typed = {method: self.cleaned_data[f"slip_{method}"] for method in BY_SLIP}
        booked = {method: self.takings.of(method).total_fen for method in BY_SLIP}
        return [
            Slip(method, typed[method] or 0, booked[method])
            for method in BY_SLIP
            if typed[method] is not None or booked[method]
        ]

    def missing_copies(self) -> list[str]:
        """Return the numbers of the receipts taken back whose copies were not ticked."""
        ticked: Collection[int] = self.cleaned_data["copies"]
        return [number for pk, number in self.numbers.items() if pk not in ticked]

    def terms(self) -> dict[str, Any]:
        """Return what the action takes, but for the signature."""
        typed = self.cleaned_data
        return {
            "reason": typed["reason"],
            "memo": typed["memo"],
            "slips": self.slips(),
            "missing_copies": self.missing_copies(),
        }


class DayForm(Signed):
    """What goes to the bank at the end of the day, by desk and denomination, and who carries it."""

    carrier = forms.CharField(label=_("送款人"), max_length=60, required=False)
    slip = forms.CharField(label=_("缴款单号"), max_length=40, required=False)

    def __init__(self, data: Any, *, drawers: Mapping[Desk, Notes], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.desks = list(drawers)
        for desk, notes in drawers.items():
            for fen in DENOMINATIONS:
                label = f"{desk.name} {LABELS[fen]}"
                field = _pieces(fen, label, desk.pk)
                field.initial = notes.get(fen)
                self.fields[f"d{desk.pk}_{fen}"] = field

    @property
    def grid(self) -> list[tuple[str, list[BoundField]]]:
        """Each denomination with a field for each desk."""
        return [
            (LABELS[fen], [self[f"d{desk.pk}_{fen}"] for desk in self.desks])
            for fen in DENOMINATIONS
        ]

    def taken(self) -> dict[int, dict[int, int]]:
        """Return the pieces by desk, those desks left out that give nothing."""
        typed = self.cleaned_data
        found = {
            desk.pk: whole({fen: typed[f"d{desk.pk}_{fen}"] or 0 for fen in DENOMINATIONS})
            for desk in self.desks
        }
        return {desk: notes for desk, notes in found.items() if notes}

    def clean(self) -> dict[str, Any]:
        """Ask who carries it where something is carried."""
        typed: dict[str, Any] = super().clean() or {}
        carried = any(typed.get(name) for name in self.fields if name.startswith("d"))
        if carried and not typed.get("carrier"):
            self.add_error("carrier", say("请填谁把款送去银行"))
        return typed


class AskForm(forms.Form):
    """Why a closed day is to be opened again."""

    reason = forms.CharField(
        label=_("重开原因"),
        max_length=200,
        error_messages={"required": _("请写明为什么要重开，例如：日结后又来一户缴费")},
    )


class RulesForm(forms.Form):
    """What a community wants of its drawers."""

    tolerance_fen = FenField(
        label=_("差额上限（元）"),
        help_text=_("交班时长短款超过它，要部门主管、财务或主任复核签名"),
    )
    float_fen = FenField(
        label=_("备用金（元）"), help_text=_("日结时建议留在每个抽屉里的零钱，其余建议缴存")
    )

    def __init__(self, data: Any = None, *, rules: DrawerRules) -> None:
        super().__init__(
            data,
            initial={
                "tolerance_fen": yuan(rules.tolerance_fen),
                "float_fen": yuan(rules.float_fen),
            },
        )


DRAFTED = frozenset(
    {f"n{fen}" for fen in DENOMINATIONS}
    | {f"slip_{method}" for method in BY_SLIP}
    | {"reason", "memo"}
)
_LONGEST = 500


def drafted(sent: Mapping[str, str]) -> dict[str, str]:
    """Return what of a form may be kept before it is sent: never a secret, nothing unknown."""
    return {name: sent[name].replace("\0", "")[:_LONGEST] for name in DRAFTED & sent.keys()}


def draft_of(shift: Shift) -> dict[str, Any]:
    """Return what was kept of the page that the shift is at, as a form's initial values."""
    kept: dict[str, str] = shift.draft.get(shift.state, {})
    return {name: value for name, value in kept.items() if name in DRAFTED}
