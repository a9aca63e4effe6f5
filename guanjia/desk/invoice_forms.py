"""What the pages about invoices send: under which name one is asked for, and what was issued."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from guanjia.core.calendar import business_date
from guanjia.core.identity import Kind, check_phone
from guanjia.core.inputs import LineField, day_input
from guanjia.core.text import half_width
from guanjia.desk.refund_forms import KeyForm
from guanjia.money.invoices.actions import Issued
from guanjia.money.invoices.models import Invoice
from guanjia.money.invoices.rules import Asking, masked
from guanjia.money.invoices.states import InvoiceState, TitleKind
from guanjia.money.payments.forms import FenField
from guanjia.money.payments.models import Receipt

UNINVOICED, ALL = "none", "all"


class InvoiceForm(KeyForm):
    """Under which name an invoice is asked for, and for which of the payer's receipts besides.

    ``last`` is what was asked for before: its name stands there already, and where it was sent is kept unless
    something else is typed.
    """

    title_kind = forms.ChoiceField(label=_("抬头"), choices=TitleKind.choices())
    title = LineField(
        label=_("抬头名称"),
        max_length=100,
        error_messages={"required": _("请填客户要的发票抬头；个人填姓名")},
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    tax_number = LineField(
        label=_("税号"),
        max_length=30,
        required=False,
        help_text=_("营业执照上的 18 位统一社会信用代码"),
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"}),
    )
    send_to = LineField(label=_("发送到"), max_length=100, required=False)
    others = forms.ModelMultipleChoiceField(
        label=_("一起开的收据"),
        queryset=Receipt.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, data: Any, *, receipt: Receipt, last: Invoice | None, others: QuerySet[Receipt]
    ) -> None:
        name = receipt.payment.payer_name
        kind = TitleKind.ORGANISATION if "公司" in name else TitleKind.PERSON
        initial = {"title_kind": kind, "title": name}
        if last:
            initial = {
                field: getattr(last, field) for field in ("title_kind", "title", "tax_number")
            }
        super().__init__(data, initial=initial)
        self._kept = (last.send_to if last else "") or ""
        kept = say("；留空照上次的 {where}").format(where=masked(self._kept)) if self._kept else ""
        self.fields["send_to"].help_text = say("手机号或邮箱，加密保存") + kept
        self.fields["others"].queryset = others  # type: ignore[attr-defined]  # a model choice

    def asking(self) -> Asking:
        """Return the name asked for; only after ``is_valid``."""
        typed = self.cleaned_data
        kind = TitleKind(typed["title_kind"])
        phone = check_phone(typed["send_to"])
        sent_to = phone.number if phone.kind is Kind.MOBILE else half_width(typed["send_to"])
        return Asking(
            title_kind=kind,
            title=typed["title"],
            tax_number=typed["tax_number"] if kind is TitleKind.ORGANISATION else "",
            send_to=sent_to or self._kept,
        )


class NumberField(forms.CharField):
    """An invoice's number as it is printed, or as a scanner sends it: spaces are no part of it."""

    default_error_messages: ClassVar[dict[str, Any]] = {"required": _("请抄录 20 位发票号码")}

    def clean(self, value: Any) -> str:
        """Drop spaces and full-width digits."""
        return "".join(half_width(str(super().clean(value))).split())


class IssuedForm(forms.Form):
    """What the tax platform issued, copied from it."""

    number = NumberField(
        label=_("发票号码"),
        max_length=40,
        help_text=_("发票右上角的 20 位数字"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autofocus": True}),
    )
    issued_on = forms.DateField(label=_("开票日期"), widget=day_input())
    amount = FenField(
        label=_("价税合计（元）"),
        help_text=_("照发票抄录，与申请的金额核对"),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )

    file = forms.FileField(
        label=_("发票文件"),
        required=False,
        help_text=_("税务平台下载的 pdf、ofd 或 xml，20 MB 以内"),
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, initial={"issued_on": business_date(timezone.now())})

    def told(self) -> dict[str, Any]:
        """Return what the action takes; only after ``is_valid``."""
        typed = self.cleaned_data
        return {
            "issued": Issued(
                number=typed["number"], issued_on=typed["issued_on"], amount_fen=typed["amount"]
            )
        }


class RedForm(IssuedForm):
    """What the tax platform issued to take an invoice back, and why."""

    reason = LineField(
        label=_("红冲原因"),
        max_length=200,
        error_messages={"required": _("请写明为什么红冲，例如：抬头开错、退款")},
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        del self.fields["amount"]  # always the whole

    def told(self) -> dict[str, Any]:
        """Return what the action takes; only after ``is_valid``."""
        return {name: value for name, value in self.cleaned_data.items() if name != "file"}


class InvoiceFilter(forms.Form):
    """Which invoices the list shows, or what has none yet; what waits for finance unless asked otherwise."""

    state = forms.ChoiceField(
        label=_("状态"),
        choices=[(UNINVOICED, _("未开票的收据")), *InvoiceState.choices(), (ALL, _("全部发票"))],
        required=False,
    )
    since = forms.DateField(label=_("从"), required=False, widget=day_input())
    until = forms.DateField(label=_("到"), required=False, widget=day_input())
    words = LineField(label=_("抬头、缴款人或号码"), required=False, max_length=60)

    def __init__(self, data: Any, *, state: str = InvoiceState.REQUESTED) -> None:
        super().__init__({"state": state, **data.dict()})
        self.full_clean()

    @property
    def chosen(self) -> str:
        """What the list is of: a state, ``UNINVOICED`` or ``ALL``."""
        return str(self.cleaned_data.get("state") or ALL)

    @property
    def days(self) -> tuple[date, date]:
        """The receipts' days: this month's where nothing else was asked for."""
        until: date = self.cleaned_data.get("until") or business_date(timezone.now())
        since: date = self.cleaned_data.get("since") or until.replace(day=1)
        return since, until

    def wanted(self) -> dict[str, Any]:
        """Return what ``invoices_in`` takes."""
        typed = self.cleaned_data
        state = InvoiceState(self.chosen) if self.chosen in set(InvoiceState) else None
        rest = {name: typed.get(name) for name in ("since", "until")}
        return {**rest, "state": state, "words": typed.get("words") or ""}

    def told(self) -> str:
        """Say which invoices these are, as a workbook's heading."""
        typed = self.cleaned_data
        days = [
            f"{label} {typed[name]}"
            for name, label in (("since", "从"), ("until", "到"))
            if typed.get(name)
        ]
        label = dict(self.fields["state"].choices)[self.chosen]  # type: ignore[attr-defined]  # a choice
        return " ".join(filter(None, (str(label), *days, typed.get("words"))))

    def clean(self) -> dict[str, Any]:
        """Refuse days the wrong way round."""
        typed: dict[str, Any] = super().clean() or {}
        since, until = typed.get("since"), typed.get("until")
        if since and until and since > until:
            raise ValidationError(say("“从”在“到”之后，请改日期"))
        return typed
