"""What the pages about prepayments and refunds send. Amounts are read, never believed: the books decide."""

import re
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from guanjia.accounts.models import Community
from guanjia.core.inputs import LineField
from guanjia.core.money import typed_yuan
from guanjia.core.unit_number import UnitNumberError, unit_key
from guanjia.estate.models import Unit
from guanjia.money.payments.forms import FenField
from guanjia.money.payments.models import Desk
from guanjia.money.payments.rules import Method
from guanjia.money.prepayments.models import Prepayment
from guanjia.money.refunds.rules import WAYS, Asking
from guanjia.money.refunds.states import Evidence, RefundState

OTHER = "其他"
WHYS = ("搬走或过户", "多存了", "改按期缴费", OTHER)
_NUMBERS = re.compile(r"[\s,，、;；]+")
_OWN, _ANOTHER = "own", "another"


class KeyForm(forms.Form):
    """A form whose press counts once: ``key`` is made when the page is drawn (L7)."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid4(), **kwargs.get("initial", {})}
        super().__init__(data, **kwargs)

    @property
    def pressed(self) -> UUID:
        """The key; only after ``is_valid``."""
        key: UUID = self.cleaned_data["key"]
        return key


class RefundForm(KeyForm):
    """How much of a prepayment is asked back, by whom, on what evidence; ``free_fen`` and ``payee`` stand there at first."""

    amount = FenField(
        label=_("退款金额（元）"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autofocus": True}),
    )
    method = forms.ChoiceField(
        label=_("退款方式"),
        choices=[(way.value, way.label) for way in WAYS],
        initial=Method.CASH.value,
    )
    account = LineField(
        label=_("收款账户"),
        required=False,
        max_length=200,
        help_text=_("开户行和账号，户名须是收款人；加密保存，只有付款的财务看得到"),
    )
    why = forms.ChoiceField(
        label=_("原因"),
        choices=[(why, why) for why in WHYS],
        error_messages={"required": _("请选原因")},
    )
    words = LineField(label=_("补充说明"), required=False, max_length=180)
    whose = forms.ChoiceField(
        label=_("谁来领"),
        choices=[(_OWN, _("存款人本人")), (_ANOTHER, _("他人代领"))],
        initial=_OWN,
    )
    payee_name = LineField(label=_("收款人姓名"), max_length=60)
    payee_why = LineField(
        label=_("为什么代领"), required=False, max_length=200, help_text=_("并收下委托书归档")
    )
    identity_tail = forms.RegexField(
        r"^[0-9A-Za-z]{4}$",
        label=_("证件末四位"),
        required=False,
        help_text=_("看过证件原件才填；遗失收据、代领必须填"),
        error_messages={"invalid": _("请填证件号的末四位")},
        widget=forms.TextInput(attrs={"maxlength": 4}),
    )
    evidence = forms.ChoiceField(
        label=_("凭据"), choices=Evidence.choices(), initial=Evidence.RECEIPT.value
    )
    receipts = LineField(
        label=_("收回的原收据号"), required=False, max_length=180, help_text=_("几张的用空格隔开")
    )
    loss = LineField(
        label=_("怎样遗失的"),
        required=False,
        max_length=180,
        help_text=_("照客户说的写，印在凭证上由本人签字"),
    )

    def __init__(self, data: Any = None, *, free_fen: int, payee: str, **kwargs: Any) -> None:
        initial = {"amount": typed_yuan(free_fen), "payee_name": payee}
        super().__init__(data, initial=initial, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Ask for words where the choice alone says nothing."""
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("why") == OTHER and not typed.get("words"):
            self.add_error("words", say("选了“其他”，请写明原因"))
        return typed

    def asking(self) -> Asking:
        """Return what is asked for; only after ``is_valid``."""
        typed = self.cleaned_data
        evidence = Evidence(typed["evidence"])
        by_receipt = evidence is Evidence.RECEIPT
        numbers = [each for each in _NUMBERS.split(typed["receipts"]) if each]
        is_owner = typed["whose"] == _OWN
        return Asking(
            amount_fen=typed["amount"] or 0,
            method=Method(typed["method"]),
            reason="：".join(filter(None, (typed["why"], typed["words"]))),
            payee_name=typed["payee_name"],
            payee_is_owner=is_owner,
            payee_why="" if is_owner else typed["payee_why"],
            identity_tail=typed["identity_tail"].upper(),
            evidence=evidence,
            receipts=tuple(dict.fromkeys(numbers)) if by_receipt else (),
            loss="" if by_receipt else typed["loss"],
            account=typed["account"] if typed["method"] == Method.TRANSFER else "",
        )


class TransferForm(KeyForm):
    """How much of a prepayment goes to which other unit, and why."""

    to = forms.CharField(
        label=_("转到哪一处"),
        max_length=60,
        help_text=_("同一户，或缴费责任人相同的房屋"),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    amount = FenField(label=_("金额（元）"), widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    reason = LineField(label=_("原因"), max_length=200)

    def __init__(self, data: Any = None, *, prepayment: Prepayment, sister: str = "") -> None:
        initial = {"amount": typed_yuan(prepayment.free_fen), "to": sister}
        super().__init__(data, initial=initial)
        self._community: Community = prepayment.community

    def clean_to(self) -> Unit:
        """Find the unit by its number."""
        try:
            key = unit_key(self.cleaned_data["to"])
        except UnitNumberError as wrong:
            raise ValidationError(str(wrong)) from wrong
        unit = Unit.objects.filter(community=self._community, key=key).first()
        if unit is None:
            raise ValidationError(say("没有这个房号，请核对"))
        return unit

    def told(self) -> dict[str, Any]:
        """Return what the action takes; only after ``is_valid``."""
        typed = self.cleaned_data
        words = {"to": typed["to"], "amount_fen": typed["amount"] or 0, "reason": typed["reason"]}
        return {**words, "key": self.pressed}


class WhyForm(forms.Form):
    """Why a refund is refused or withdrawn."""

    reason = LineField(
        label=_("原因"), max_length=200, error_messages={"required": _("请写明原因")}
    )


class CashForm(KeyForm):
    """Out of which drawer a refund is paid."""

    desk = forms.ModelChoiceField(
        label=_("从哪个收银台付"),
        queryset=Desk.objects.none(),
        empty_label=None,
        error_messages={"required": _("请选从哪个收银台付")},
    )

    def __init__(
        self, data: Any = None, *, community: Community, desks: list[Desk], desk: Desk | None
    ) -> None:
        super().__init__(data, initial={"desk": desk and desk.pk})
        choice: Any = self.fields["desk"]
        ids = [each.pk for each in desks]
        choice.queryset = Desk.objects.filter(community=community, pk__in=ids)

    def told(self) -> dict[str, Any]:
        """Return what the action takes; only after ``is_valid``."""
        return {"desk": self.cleaned_data["desk"], "key": self.pressed}


class BankForm(KeyForm):
    """The reference of the transfer that finance made."""

    reference = LineField(
        label=_("银行流水号"),
        max_length=64,
        help_text=_("先在网银转出，看到成功后抄录"),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )

    def told(self) -> dict[str, Any]:
        """Return what the action takes; only after ``is_valid``."""
        return {"desk": None, "reference": self.cleaned_data["reference"], "key": self.pressed}


class StateForm(forms.Form):
    """Which refunds the list shows."""

    state = forms.ChoiceField(
        label=_("状态"), choices=[("", _("全部")), *RefundState.choices()], required=False
    )

    @property
    def wanted(self) -> RefundState | None:
        """The state chosen; None for all."""
        state = self.cleaned_data.get("state") if self.is_valid() else ""
        return RefundState(state) if state else None
