"""Which days and which choice a report is for; what can't be read falls back and says so."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from guanjia.core.calendar import business_date
from guanjia.core.inputs import day_input
from guanjia.money.ledger.chart import ACCOUNT_NAMES, Account
from guanjia.money.payments.rules import Method
from guanjia.reports.bill_rows import Choice
from guanjia.reports.places import Group
from guanjia.reports.takings import By, Span

_LARGEST_ID = 2**63 - 1
_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 12, 31)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=day_input())


def _id(least: int = 1) -> forms.IntegerField:
    widget = forms.HiddenInput()
    return forms.IntegerField(min_value=least, max_value=_LARGEST_ID, required=False, widget=widget)


class SpanForm(forms.Form):
    """The days from ``first`` to ``last``; today, or this month so far, where none are given."""

    first = _day(_("从"))
    last = _day(_("到"))
    whole_month = False
    shows_default = True

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.full_clean()
        if self.shows_default and self.is_valid():
            span = self.span
            self.data = {**data.dict(), "first": span.first, "last": span.last}

    def clean(self) -> dict[str, Any]:
        """Refuse a span that ends before it begins, or days no office has."""
        typed: dict[str, Any] = super().clean() or {}
        for name in ("first", "last"):
            if (day := typed.get(name)) and not _EARLIEST <= day <= _LATEST:
                self.add_error(name, say("请填 2000 年至 2100 年之间的日期"))
        if typed.get("first") and typed.get("last") and typed["first"] > typed["last"]:
            raise ValidationError(say("起始日期在截止日期之后，请对调"))
        return typed

    @property
    def span(self) -> Span:
        """The days asked for."""
        today = business_date(timezone.now())
        typed = self.cleaned_data if self.is_valid() else {}
        last = typed.get("last") or typed.get("first") or today
        begin = last.replace(day=1) if self.whole_month else last
        return Span(first=typed.get("first") or begin, last=last)


class TakingsForm(SpanForm):
    """Takings by what."""

    by = forms.ChoiceField(label=_("按"), choices=By.choices(), required=False)

    @property
    def by_what(self) -> By:
        """What they are told by."""
        return By(self.cleaned_data.get("by") or By.METHOD) if self.is_valid() else By.METHOD


class TakingRowsForm(SpanForm):
    """The receipts behind a figure of the takings."""

    method = forms.ChoiceField(
        choices=[("", ""), *Method.choices()], required=False, widget=forms.HiddenInput
    )
    item = forms.RegexField(r"^(prepaid|d?[0-9]{1,18})$", required=False, widget=forms.HiddenInput)
    cashier = _id()
    desk = _id(least=0)  # 0: none, a transfer by finance

    @property
    def chosen(self) -> dict[str, Any]:
        """The choice, as ``taking_rows`` takes it."""
        names = ("method", "item", "cashier", "desk")
        return {name: self.cleaned_data.get(name) for name in names} if self.is_valid() else {}


class MonthSpanForm(SpanForm):
    """As ``SpanForm``, beginning with the month."""

    whole_month = True


class DepositRowsForm(MonthSpanForm):
    """The deposits behind a figure of their register."""

    kind = _id()

    @property
    def chosen(self) -> int | None:
        """The kind; None for all."""
        return self.cleaned_data.get("kind") if self.is_valid() else None


class AccountForm(MonthSpanForm):
    """One account's lines."""

    account = forms.TypedChoiceField(
        label=_("科目"),
        choices=[(a.value, f"{a.value} {name}") for a, name in ACCOUNT_NAMES.items()],
        coerce=lambda value: Account(int(value)),
        empty_value=None,
        required=False,
    )

    @property
    def chosen(self) -> Account:
        """The account, cash where none was chosen."""
        return (self.is_valid() and self.cleaned_data.get("account")) or Account.CASH


def _groups(*left_out: Group) -> list[tuple[str, str]]:
    return [choice for choice in Group.choices() if choice[0] not in left_out]


class RatesForm(MonthSpanForm):
    """Rates by what."""

    by = forms.ChoiceField(label=_("按"), choices=_groups(Group.HOLDER), required=False)

    @property
    def group(self) -> Group:
        """What they are told by."""
        return Group(self.cleaned_data.get("by") or Group.ITEM) if self.is_valid() else Group.ITEM


class AgeingForm(forms.Form):
    """Arrears on a day, by what."""

    by = forms.ChoiceField(label=_("按"), choices=_groups(), required=False)

    @property
    def group(self) -> Group:
        """What they are told by."""
        return Group(self.cleaned_data.get("by") or Group.ITEM) if self.is_valid() else Group.ITEM


class BillRowsForm(SpanForm):
    """The bills behind a figure of arrears or rates."""

    shows_default = False

    item = _id()
    building = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    manager = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    unit = forms.CharField(label=_("房号"), required=False, max_length=60)
    holder = forms.ChoiceField(
        label=_("责任人"),
        choices=[("", _("全部")), ("present", _("现业主")), ("former", _("原业主"))],
        required=False,
    )

    @property
    def chosen(self) -> Choice:
        """The choice; without days, what is open today."""
        typed = self.cleaned_data if self.is_valid() else {}
        days = self.span if typed.get("first") or typed.get("last") else None
        return Choice(
            day=days.last if days else business_date(timezone.now()),
            first=days.first if days else None,
            last=days.last if days else None,
            item=typed.get("item"),
            **{name: typed.get(name, "") for name in ("building", "manager", "unit", "holder")},
        )
