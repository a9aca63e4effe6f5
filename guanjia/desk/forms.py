"""The desk's own small forms."""

from dataclasses import fields
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.forms import model_to_dict
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from guanjia.accounts.models import Community
from guanjia.core.calendar import Month, business_date
from guanjia.core.inputs import day_input
from guanjia.core.money import Rounding
from guanjia.core.unit_number import UnitNumberError, unit_key
from guanjia.money.bills.rules import may_issue
from guanjia.money.payments.forms import FenField
from guanjia.money.payments.models import Desk
from guanjia.money.payments.rules import Method
from guanjia.money.tariffs.actions import Price
from guanjia.money.tariffs.models import ChargeItem, TariffVersion
from guanjia.money.tariffs.rules import Anchor, Basis, PartMonth, Timing
from guanjia.money.tariffs.steps import StepsError, read_steps, written
from guanjia.money.tariffs.wording import trimmed

_LARGEST_ID = 2**63 - 1


class DeskForm(forms.Form):
    """Which cash desk, and where to go on."""

    desk = forms.IntegerField(min_value=1, max_value=_LARGEST_ID)
    next = forms.CharField(max_length=300, required=False)


class RevealForm(forms.Form):
    """Why a full number is to be seen."""

    field = forms.ChoiceField(choices=[("phone", _("电话")), ("id_number", _("证件号"))])
    reason = forms.CharField(
        label=_("查看原因"),
        max_length=200,
        error_messages={"required": _("请写明为什么要看，例如：回拨告知停水")},
    )


class ReceiptFilter(forms.Form):
    """Which receipts to list; what cannot be read filters nothing and says so."""

    day = forms.DateField(label=_("日期"), required=False, widget=day_input())
    number = forms.IntegerField(label=_("收据号"), required=False, min_value=1, max_value=2**31 - 1)
    unit = forms.CharField(label=_("房号"), required=False, max_length=60)
    desk = forms.ModelChoiceField(
        label=_("收银台"), required=False, queryset=Desk.objects.none(), empty_label=_("全部")
    )
    method = forms.ChoiceField(
        label=_("方式"), required=False, choices=[("", _("全部")), *Method.choices()]
    )

    def __init__(self, data: Any, *, community: Community) -> None:
        super().__init__(data)
        desks = Desk.objects.filter(community=community).order_by("name")
        self.fields["desk"].queryset = desks  # type: ignore[attr-defined]  # a model choice

    def clean_unit(self) -> str:
        """Read the unit's number in any spelling."""
        typed: str = self.cleaned_data["unit"]
        try:
            return unit_key(typed) if typed else ""
        except UnitNumberError as wrong:
            raise ValidationError(str(wrong)) from wrong

    def wanted(self) -> dict[str, Any]:
        """Return what was asked for and understood."""
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value}


class MonthField(forms.Field):
    """A calendar month."""

    widget = forms.TextInput(attrs={"type": "month"})

    def to_python(self, value: Any) -> Month | None:
        """Read the month; the error says how to write it."""
        try:
            return Month.parse(str(value)) if value else None
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from wrong


class RunForm(forms.Form):
    """Which month and which items a run is for; without a choice, all of them."""

    month = MonthField(label=_("账期"))
    item = forms.ModelMultipleChoiceField(
        label=_("收费项目"),
        required=False,
        queryset=ChargeItem.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any, *, community: Community) -> None:
        super().__init__(data)
        self.items = ChargeItem.objects.filter(community=community).order_by("position", "pk")
        self.fields["item"].queryset = self.items  # type: ignore[attr-defined]  # a model choice

    def clean_month(self) -> Month:
        """Refuse a month beyond the coming one: a slip of the year would bill decades."""
        month: Month = self.cleaned_data["month"]
        verdict = may_issue(month, today=business_date(timezone.now()))
        if not verdict:
            raise ValidationError(str(verdict))
        return month

    def chosen(self) -> list[ChargeItem]:
        """Return the items ticked, or all."""
        return list(self.cleaned_data["item"] or self.items)

    def address(self) -> str:
        """Return the query that shows this choice again."""
        ticked = [item.pk for item in self.cleaned_data["item"]]
        return urlencode({"month": str(self.cleaned_data["month"]), "item": ticked}, doseq=True)


class ItemForm(forms.Form):
    """A new charge item."""

    name = forms.CharField(label=_("收费项目"), max_length=40)
    position = forms.IntegerField(
        label=_("顺序"), min_value=0, max_value=999, initial=0, help_text=_("数字小的排在前面")
    )
    is_agency = forms.BooleanField(
        label=_("代收代付（替水电公司等收取，不是本公司收入）"), required=False
    )
    is_extra = forms.BooleanField(
        label=_("收银台可临时收取（工本费、垃圾清运费等一次性费用）"), required=False
    )
    extra_price = forms.DecimalField(
        label=_("临时收费单价（元）"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=10,
        decimal_places=2,
        help_text=_("收取时先带出，可以改；没有统一价就不填"),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a price for what is not charged once."""
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("extra_price") and not typed.get("is_extra"):
            self.add_error("is_extra", say("填了临时收费单价，请同时勾选；不临时收取就清空单价"))
        return typed


class StepsField(forms.CharField):
    """A price table by floor or by customer tier, a line each."""

    widget = forms.Textarea(
        attrs={"rows": 5, "placeholder": "1层及以下 0\n2-6层 0.30\n7层及以上 0.45"}
    )
    default_help = _(
        "一行一档：“2-6层 0.30”“7层及以上 0.45”，或“居民 2.40”“商户 5.00”；可从表格粘贴"
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2000, help_text=self.default_help, **kwargs)

    def clean(self, value: Any) -> Any:
        """Read the table; the error names the lines and says how to mend them."""
        try:
            return read_steps(super().clean(value))
        except StepsError as wrong:
            raise ValidationError(str(wrong)) from wrong


class VersionForm(forms.Form):
    """A price with its day and its evidence; begins as the latest version stands."""

    effective_from = forms.DateField(
        label=_("生效日"),
        widget=day_input(),
        help_text=_("这一天及以后开始的周期按新价计费"),
    )
    evidence = forms.CharField(
        label=_("定价依据"),
        max_length=200,
        help_text=_("合同条款、业主大会决议或公示文件的名称与日期"),
    )
    basis = forms.TypedChoiceField(label=_("计费依据"), choices=Basis.choices(), coerce=Basis)
    unit_price = forms.DecimalField(
        label=_("单价（元/月）"),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=4,
        help_text=_("按楼层或类别分档时不填"),
    )
    steps = StepsField(label=_("分档价目（元/月）"), required=False)
    addition_fen = FenField(label=_("每月附加（元）"), required=False)
    cycle_months = forms.TypedChoiceField(
        label=_("缴费周期"), coerce=int, choices=[(n, f"{n} 个月") for n in (1, 2, 3, 6, 12)]
    )
    anchor = forms.TypedChoiceField(label=_("周期起点"), choices=Anchor.choices(), coerce=Anchor)
    timing = forms.TypedChoiceField(label=_("付费方式"), choices=Timing.choices(), coerce=Timing)
    due_days = forms.IntegerField(label=_("缴费宽限（天）"), min_value=0, max_value=366, initial=30)
    part_month = forms.TypedChoiceField(
        label=_("不足月"), choices=PartMonth.choices(), coerce=PartMonth
    )
    rounding = forms.TypedChoiceField(
        label=_("取整到分"), choices=Rounding.choices(), coerce=Rounding
    )

    def __init__(self, data: Any = None, *, latest: TariffVersion | None = None) -> None:
        initial = model_to_dict(latest, exclude=["effective_from", "evidence"]) if latest else {}
        if latest:
            initial["addition_fen"] = trimmed(Decimal(latest.addition_fen) / 100)
            initial["unit_price"] = "" if latest.steps else trimmed(latest.unit_price)
            initial["steps"] = written(latest.price_steps)
        super().__init__(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        """Ask for one price or one table of prices."""
        typed: dict[str, Any] = super().clean() or {}
        told = typed.get("unit_price") is not None
        if told and typed.get("steps"):
            self.add_error("unit_price", say("分档收费时请清空单价，价格都写在价目里"))
        elif not told and not typed.get("steps") and not {"unit_price", "steps"} & set(self.errors):
            self.add_error("unit_price", say("请填写单价；按楼层或类别收费的，填分档价目"))
        return typed

    def terms(self) -> dict[str, Any]:
        """Return the price, its day and its evidence as the actions take them."""
        typed = self.cleaned_data
        names = {field.name for field in fields(Price)}
        told = {k: v for k, v in typed.items() if k in names and v is not None}
        price = Price(**{"unit_price": Decimal(0), **told})
        rest = {k: v for k, v in typed.items() if k not in names}
        return {"price": price, **rest}


class TariffForm(VersionForm):
    """A new line of the price list with its first version."""

    name = forms.CharField(label=_("收费标准名称"), max_length=60, help_text=_("例如 高层住宅"))
    field_order = ("name",)
