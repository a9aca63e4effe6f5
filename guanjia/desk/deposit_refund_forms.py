"""What the dialog sends that asks for a deposit: what is kept of it, on whose word, and that the works were looked over."""

from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from guanjia.accounts.models import Community
from guanjia.core.inputs import LineField, day_input
from guanjia.desk.refund_forms import OTHER, RefundForm
from guanjia.money.deposits.models import HeldDeposit
from guanjia.money.payments.forms import FenField
from guanjia.money.refunds.reads import names_of
from guanjia.money.refunds.rules import Asking, Deducting
from guanjia.money.tariffs.models import ChargeItem

MOST_DEDUCTIONS = 4  # lines that the voucher has room for
WHYS = ("装修完工", "证、钥匙已交回", "不装修了", OTHER)
_NOTHING, _SOME = "none", "some"


@dataclass(frozen=True, slots=True)
class DeductionRow:
    """The fields of one line."""

    item: BoundField
    amount: BoundField
    reason: BoundField


class DepositRefundForm(RefundForm):
    """How much of a deposit is asked back, what of it is kept, by whom, on what evidence.

    A line that is kept has ``deduct_item_<n>``, ``deduct_amount_<n>`` and ``deduct_why_<n>``; one left empty is none.
    """

    why = forms.ChoiceField(
        label=_("原因"),
        choices=[(why, why) for why in WHYS],
        error_messages={"required": _("请选原因")},
    )
    whose = forms.ChoiceField(
        label=_("谁来领"),
        choices=[("own", _("缴款人本人")), ("another", _("他人代领"))],
        initial="own",
    )
    receipts = LineField(label=_("收回的原收据号"), required=False, max_length=180)
    checked_on = forms.DateField(
        label=_("验收日期"),
        widget=day_input(),
        error_messages={"required": _("要先竣工验收，再填验收日期")},
    )
    check_paper = LineField(
        label=_("验收单"),
        max_length=60,
        error_messages={"required": _("请填验收单的名称或编号")},
        help_text=_("名称或编号，例如“装修竣工验收单 2026-118”"),
    )
    deduct = forms.ChoiceField(
        label=_("扣款"),
        choices=[(_NOTHING, _("不扣")), (_SOME, _("要扣款"))],
        initial=_NOTHING,
        required=False,
    )
    consent = LineField(
        label=_("客户签字的扣款单"),
        required=False,
        max_length=200,
        help_text=_("名称和日期，例如“扣款确认单 11 月 23 日”"),
    )
    scan = forms.FileField(
        label=_("扣款单照片"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,.pdf"}),
        help_text=_("可不传；jpg、png、webp、pdf，20 MB 以内"),
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, deposit: HeldDeposit, **kwargs: Any
    ) -> None:
        payee = names_of(deposit)[0]
        super().__init__(data, files=files, free_fen=deposit.free_fen, payee=payee, **kwargs)
        self.fields["amount"].label = say("这次退的押金（元）")
        if not deposit.kind.needs_completion_check:
            del self.fields["checked_on"], self.fields["check_paper"]
        items = _items(deposit.community)
        for n in range(1, MOST_DEDUCTIONS + 1):
            self.fields |= _line(n, items)

    @property
    def rows(self) -> list[DeductionRow]:
        """The lines, typed in or not."""
        return [
            DeductionRow(*(self[f"deduct_{name}_{n}"] for name in ("item", "amount", "why")))
            for n in range(1, MOST_DEDUCTIONS + 1)
        ]

    @property
    def more(self) -> bool:
        """Whether anything stands in the lines after the first."""
        return any(
            field.value() or field.errors
            for row in self.rows[1:]
            for field in (row.item, row.amount, row.reason)
        )

    def clean(self) -> dict[str, Any]:
        """Ask for what a line lacks."""
        typed = super().clean()
        if typed.get("deduct") != _SOME:
            return typed
        asked = {
            "item": say("请选扣款记到哪个项目"),
            "amount": say("请填扣款金额"),
            "why": say("请写明为什么扣"),
        }
        for n in range(1, MOST_DEDUCTIONS + 1):
            given = {name: typed.get(f"deduct_{name}_{n}") for name in asked}
            if n > 1 and not any(given.values()):
                continue
            for name, words in asked.items():
                field = f"deduct_{name}_{n}"
                if not given[name] and field not in self.errors:
                    self.add_error(field, words)
        if not typed.get("consent") and "consent" not in self.errors:
            self.add_error("consent", say("扣款要有客户签字的扣款单，请填写名称和日期"))
        return typed

    def asking(self) -> Asking:
        """Return what is asked for; only after ``is_valid``."""
        typed, asked = self.cleaned_data, super().asking()
        asked = replace(
            asked,
            checked_on=typed.get("checked_on"),
            check_paper=typed.get("check_paper", ""),
        )
        if typed.get("deduct") != _SOME:
            return asked
        lines = tuple(
            Deducting(int(item), typed[f"deduct_amount_{n}"], typed[f"deduct_why_{n}"])
            for n in range(1, MOST_DEDUCTIONS + 1)
            if (item := typed[f"deduct_item_{n}"])
        )
        return replace(asked, deductions=lines, consent=typed["consent"])

    @property
    def page(self) -> Any:
        """The scan of what was signed, where something is deducted; None without one."""
        typed = self.cleaned_data
        return (typed.get("scan") or None) if typed.get("deduct") == _SOME else None


def _items(community: Community) -> list[tuple[str, Any]]:
    """Return what may be charged in that way: one-off items first."""
    rows = ChargeItem.objects.filter(community=community).order_by("-is_extra", "position", "pk")
    return [("", _("请选")), *((str(pk), name) for pk, name in rows.values_list("pk", "name"))]


def _line(n: int, items: list[tuple[str, Any]]) -> dict[str, forms.Field]:
    return {
        f"deduct_item_{n}": forms.ChoiceField(
            label=_("扣款项目 %(n)d") % {"n": n}, choices=items, required=False
        ),
        f"deduct_amount_{n}": FenField(
            label=_("金额 %(n)d（元）") % {"n": n},
            required=False,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        ),
        f"deduct_why_{n}": LineField(
            label=_("为什么扣 %(n)d") % {"n": n}, required=False, max_length=100
        ),
    }
