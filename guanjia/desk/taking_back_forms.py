"""What the dialog that takes a receipt back sends."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guanjia.accounts.models import Community
from guanjia.core.inputs import LineField
from guanjia.money.payments.models import Desk

_OTHER = "其他"
WHYS = ("收错了户", "金额不对", "收款方式不对", "重复收款", "客户不缴了", _OTHER)


class TakingBackForm(forms.Form):
    """Why a receipt is taken back, whether the customer's copy is here, and which desk gives the money back."""

    desk = forms.ModelChoiceField(
        label=_("从哪个收银台退"),
        queryset=Desk.objects.none(),
        empty_label=None,
        error_messages={"required": _("请选从哪个收银台退")},
    )
    why = forms.ChoiceField(
        label=_("原因"),
        choices=[(why, why) for why in WHYS],
        error_messages={"required": _("请选原因，按 1 至 6")},
    )
    words = LineField(
        label=_("补充说明"),
        required=False,
        max_length=180,
        widget=forms.TextInput(attrs={"placeholder": _("例如：应收 3-2-1202，看错一行")}),
    )
    copy = forms.ChoiceField(
        label=_("客户联"),
        choices=[("returned", _("已收回")), ("missing", _("没有收回"))],
        error_messages={"required": _("请确认客户联有没有收回")},
    )
    missing = LineField(
        label=_("没有收回的情况"),
        required=False,
        max_length=200,
        help_text=_("写明为什么收不回来、客户怎样确认，随收据保存"),
    )

    def __init__(
        self, data: Any, *, community: Community, desks: list[Desk], desk: Desk | None
    ) -> None:
        super().__init__(data, initial={"desk": desk and desk.pk})
        choice: Any = self.fields["desk"]
        choice.queryset = Desk.objects.filter(
            community=community, pk__in=[each.pk for each in desks]
        )

    def clean(self) -> dict[str, Any]:
        """Ask for words where the choice alone says nothing."""
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("why") == _OTHER and not typed.get("words"):
            self.add_error("words", str(_("选了“其他”，请写明原因")))
        if typed.get("copy") == "missing" and not typed.get("missing"):
            self.add_error("missing", str(_("客户联没有收回，请写明情况")))
        return typed

    def told(self) -> dict[str, Any]:
        """Return what the action takes; only after ``is_valid``."""
        typed = self.cleaned_data
        return {
            "desk": typed["desk"],
            "reason": "：".join(filter(None, (typed["why"], typed["words"]))),
            "copy_missing": typed["missing"] if typed["copy"] == "missing" else "",
        }
