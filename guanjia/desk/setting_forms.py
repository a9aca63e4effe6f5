"""What an office sets up for its money: the cash desks, the kinds of deposits, and which tariffs a unit pays."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guanjia.accounts.models import Community
from guanjia.core.inputs import LineField, day_input
from guanjia.core.money import typed_yuan
from guanjia.money.deposits.models import DepositKind
from guanjia.money.payments.forms import FenField
from guanjia.money.tariffs.models import Tariff, UnitTariff

_LARGEST_FIRST_NUMBER = 9_000_000  # receipts print seven digits


class OpeningForm(forms.Form):
    """A new cash desk and the series its receipts are numbered by."""

    name = forms.CharField(label=_("收银台名称"), max_length=30, help_text=_("比如：前台一"))
    prefix = forms.CharField(  # type: ignore[assignment]  # a field is taken off the class
        label=_("收据字头"),
        max_length=6,
        required=False,
        help_text=_("印在收据号前面，比如 A；各收银台不能相同"),
    )
    first_number = forms.IntegerField(
        label=_("首号"),
        min_value=1,
        max_value=_LARGEST_FIRST_NUMBER,
        initial=1,
        help_text=_("第一张收据的号码；接着旧收据本用，就填它的下一号"),
    )


class DepositKindForm(forms.Form):
    """A kind of deposit; begins as ``kind`` stands."""

    name = LineField(label=_("押金种类"), max_length=20, help_text=_("比如：装修押金"))
    usual_fen = FenField(
        label=_("通常金额（元）"),
        required=False,
        help_text=_("收取时先带出，可以改；没有通常金额就不填"),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    position = forms.IntegerField(
        label=_("顺序"), min_value=0, max_value=999, initial=0, help_text=_("数字小的排在前面")
    )
    needs_completion_check = forms.BooleanField(
        label=_("退还前要验收（如装修：验收合格才能退）"), required=False
    )
    is_active = forms.BooleanField(
        label=_("启用（收银台可以收；停用后以前收的照旧退还）"), required=False, initial=True
    )

    def __init__(self, data: Any = None, *, kind: DepositKind | None = None) -> None:
        initial = {}
        if kind:
            kept = ("name", "position", "needs_completion_check", "is_active")
            initial = {name: getattr(kind, name) for name in kept}
            initial["usual_fen"] = typed_yuan(kind.usual_fen) if kind.usual_fen else ""
        super().__init__(data, initial=initial)


class TariffChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A choice from the price list."""

    def label_from_instance(self, obj: Any) -> str:
        """Tell tariffs of one name apart by their item."""
        return f"{obj.item.name} · {obj.name}"


class AssignForm(forms.Form):
    """Which tariff a unit is to pay, and from which day."""

    tariff = TariffChoice(
        label=_("收费标准"),
        queryset=Tariff.objects.none(),
        empty_label=_("请选择"),
        help_text=_("标准在 收费 › 收费标准 里建立"),
    )
    begins_on = forms.DateField(label=_("计费起始日"), widget=day_input())

    def __init__(self, data: Any = None, *, community: Community, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        rows = Tariff.objects.filter(community=community).select_related("item")
        self.fields["tariff"].queryset = rows.order_by("item__position", "item", "name")  # type: ignore[attr-defined]  # a model choice


class EndForm(forms.Form):
    """The last day that a unit pays a tariff; one form for each row of a table."""

    ends_on = forms.DateField(label=_("计费截止日"), widget=day_input())

    def __init__(self, data: Any = None, *, assigned: UnitTariff) -> None:
        self.assigned = assigned
        initial = {"ends_on": assigned.ends_on}
        super().__init__(data, initial=initial, auto_id=f"end{assigned.pk}_%s")
