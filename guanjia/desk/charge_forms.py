"""What the cash desk sends to charge once, to round off, and to take a bill back."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from guanjia.core.money import LIMIT_FEN
from guanjia.estate.models import Unit
from guanjia.money.bills.actions import Charging
from guanjia.money.payments.forms import BillIds
from guanjia.money.tariffs.models import ChargeItem

_LARGEST_ID = 2**63 - 1
_MOST = Decimal(10_000)
_LEAST = Decimal("0.01")


def _typed(length: int) -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": "decimal", "maxlength": length, "class": "num"})


class PricedItems(forms.Select):
    """A choice of items whose options know their prices, for the page to fill in."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Carry the item's price along."""
        option = super().create_option(name, value, *args, **kwargs)
        price = getattr(value, "instance", None) and value.instance.extra_price
        option["attrs"]["data-price"] = f"{price:.2f}" if price else ""
        return option


class ItemChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A choice of what desks charge for once."""

    def label_from_instance(self, obj: Any) -> str:
        """Tell the price with the name."""
        return f"{obj.name} · {obj.extra_price:.2f} 元" if obj.extra_price else str(obj.name)


class ExtraForm(forms.Form):
    """A one-off charge at a unit; an item's own price stands until another is typed."""

    item = ItemChoice(
        label=_("收什么"),
        queryset=ChargeItem.objects.none(),
        empty_label=None,
        widget=PricedItems(attrs={"autofocus": True}),
    )
    quantity = forms.DecimalField(
        label=_("数量"),
        initial=1,
        min_value=_LEAST,
        max_value=_MOST,
        decimal_places=2,
        widget=_typed(10),
    )
    unit_price = forms.DecimalField(
        label=_("单价（元）"), min_value=_LEAST, max_digits=12, decimal_places=2, widget=_typed(14)
    )
    description = forms.CharField(
        label=_("说明"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": _("例如：补办业主卡、次卧改造")}),
    )
    debtor = forms.IntegerField(min_value=1, max_value=_LARGEST_ID, required=False)
    ticked = BillIds(required=False)
    key = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, unit: Unit) -> None:
        super().__init__(data, auto_id="extra-%s")
        self.unit = unit
        rows = ChargeItem.objects.filter(community=unit.community_id, is_extra=True)
        self.fields["item"].queryset = rows.order_by("position", "pk")  # type: ignore[attr-defined]  # a model choice

    @cached_property
    def items(self) -> list[ChargeItem]:
        """Return what may be charged for once here."""
        return list(self.fields["item"].queryset)  # type: ignore[attr-defined]  # a model choice

    def charging(self) -> Charging:
        """Return what is asked for; only after ``is_valid``."""
        typed = self.cleaned_data
        return Charging(
            unit_id=self.unit.pk,
            item_id=typed["item"].pk,
            quantity=typed["quantity"],
            unit_price=typed["unit_price"],
            description=typed["description"],
            debtor_id=typed["debtor"],
        )


class RoundingForm(forms.Form):
    """Which bills are to come to whole yuan, and what the page said they come to."""

    ticked = BillIds(required=False)
    expected_fen = forms.IntegerField(min_value=0, max_value=LIMIT_FEN)


class ReasonForm(forms.Form):
    """Why a bill is taken back."""

    reason = forms.CharField(
        label=_("撤销原因"),
        max_length=200,
        help_text=_("例如：重复收费、面积登记有误、客户不办了"),
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
