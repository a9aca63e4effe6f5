"""What the pages about discounts send: a rule, a unit's wish for one, and the day on which it ends."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guanjia.accounts.models import Community
from guanjia.core.inputs import LineField, day_input
from guanjia.core.money import LIMIT_FEN
from guanjia.desk.refund_forms import KeyForm
from guanjia.money.discounts.models import DiscountGrant, DiscountRule
from guanjia.money.discounts.rules import Asking, DiscountKind, Drafting, Share
from guanjia.money.discounts.states import DiscountState
from guanjia.money.payments.forms import FenField
from guanjia.money.tariffs.models import ChargeItem

_PER_PERCENT = 100  # basis points


def _paper() -> forms.FileField:
    """Return the field for a scan of what the discount rests on."""
    accept = {"accept": "image/jpeg,image/png,image/webp,.pdf,.docx,.xlsx"}
    return forms.FileField(
        label=_("扫描件或照片"),
        required=False,
        widget=forms.FileInput(attrs=accept),
        help_text=_("jpg、png、webp、pdf、docx、xlsx，20 MB 以内；只存纸质原件可以不传"),
    )


class RuleForm(forms.Form):
    """A new rule: of what, how much off which items, from when, by which document."""

    kind = forms.TypedChoiceField(
        label=_("种类"),
        choices=DiscountKind.choices(),
        coerce=DiscountKind,
        initial=DiscountKind.VACANCY.value,
        help_text=_("空置减免只能给状态为“空置”的房屋"),
    )
    name = LineField(
        label=_("规则名称"), max_length=40, help_text=_("印在账单上，比如：空置减免三成")
    )
    percent = forms.DecimalField(
        label=_("减免比例（%）"),
        required=False,
        min_value=Decimal("0.01"),
        max_value=Decimal(100),
        max_digits=5,
        decimal_places=2,
        help_text=_("业主缴七成就填 30；与每月减免金额填一个"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    monthly = FenField(
        label=_("每月减免（元）"),
        required=False,
        help_text=_("每月减固定数的才填"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    items = forms.ModelMultipleChoiceField(
        label=_("减免哪些收费项目"),
        queryset=ChargeItem.objects.none(),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "visually-hidden"}),  # chips
    )
    begins_on = forms.DateField(label=_("起始日"), widget=day_input())
    ends_on = forms.DateField(
        label=_("截止日"), required=False, widget=day_input(), help_text=_("长期的不填")
    )
    evidence = LineField(
        label=_("依据"), max_length=200, help_text=_("文件、合同条款或决议的名称与日期")
    )
    file = _paper()

    def __init__(
        self, data: Any = None, files: Any = None, *, community: Community, **kwargs: Any
    ) -> None:
        super().__init__(data, files, **kwargs)
        rows = ChargeItem.objects.filter(community=community).order_by("position", "pk")
        self.fields["items"].queryset = rows  # type: ignore[attr-defined]  # a model choice

    def drafting(self) -> Drafting:
        """Return the rule; only after ``is_valid``."""
        typed = self.cleaned_data
        percent = typed["percent"]
        return Drafting(
            kind=typed["kind"],
            name=typed["name"],
            share=Share(None if percent is None else int(percent * _PER_PERCENT), typed["monthly"]),
            item_ids=tuple(item.pk for item in typed["items"]),
            begins_on=typed["begins_on"],
            ends_on=typed["ends_on"],
            evidence=typed["evidence"],
        )


class RuleChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A choice of the rules in force."""

    def label_from_instance(self, obj: Any) -> str:
        """Tell what it takes off."""
        return f"{obj.name}（{obj.share.offer}）"


class GrantForm(KeyForm):
    """Which rule a unit is to have, from when to when, asked for by whom on what evidence."""

    rule = RuleChoice(
        label=_("减免规则"),
        queryset=DiscountRule.objects.none(),
        empty_label=_("请选择"),
        widget=forms.Select(attrs={"autofocus": True}),
    )
    begins_on = forms.DateField(label=_("减免起始日"), widget=day_input())
    ends_on = forms.DateField(
        label=_("减免截止日"), required=False, widget=day_input(), help_text=_("还不知道的不填")
    )
    applicant = LineField(label=_("申请人"), max_length=60, help_text=_("在书面申请上签字的人"))
    noticed_on = forms.DateField(label=_("书面申请日"), widget=day_input())
    evidence = LineField(
        label=_("核实情况"),
        max_length=200,
        help_text=_("水电表读数、谁上门看过；或员工号、合同号"),
    )
    file = _paper()

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        rules: Any,
        initial: dict[str, Any],
    ) -> None:
        super().__init__(data, files=files, initial=initial)
        self.fields["rule"].queryset = rules  # type: ignore[attr-defined]  # a model choice

    def asking(self) -> Asking:
        """Return what is asked for; only after ``is_valid``."""
        typed = self.cleaned_data
        return Asking(
            begins_on=typed["begins_on"],
            ends_on=typed["ends_on"],
            applicant=typed["applicant"],
            noticed_on=typed["noticed_on"],
            evidence=typed["evidence"],
        )


class EndingForm(forms.Form):
    """On which day a rule or a grant ends, and why."""

    last = forms.DateField(label=_("最后一天"), widget=day_input())
    reason = LineField(
        label=_("原因"), max_length=200, error_messages={"required": _("请写明原因")}
    )

    def __init__(
        self, data: Any = None, *, asked: DiscountRule | DiscountGrant, **kwargs: Any
    ) -> None:
        initial = {"last": asked.ends_on}
        super().__init__(data, initial=initial, prefix="ending", **kwargs)


class ExpectedForm(forms.Form):
    """The sum on the page, in fen: the books decide."""

    expected_fen = forms.IntegerField(min_value=1, max_value=LIMIT_FEN)


class DiscountStateForm(forms.Form):
    """Which grants the list shows."""

    state = forms.ChoiceField(
        label=_("状态"), choices=[("", _("全部")), *DiscountState.choices()], required=False
    )

    @property
    def wanted(self) -> DiscountState | None:
        """The state chosen; None for all."""
        state = self.cleaned_data.get("state") if self.is_valid() else ""
        return DiscountState(state) if state else None
