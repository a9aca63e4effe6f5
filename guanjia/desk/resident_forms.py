"""The forms of residents: who somebody is, what they are to a unit, since and until when."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from guanjia.accounts.models import Community
from guanjia.core.identity import (
    Checked,
    Verdict,
    check_id,
    check_organisation_code,
    check_phone,
)
from guanjia.core.inputs import day_input
from guanjia.core.shares import ShareError, share_from
from guanjia.core.text import TextError
from guanjia.estate.duplicates import Likeness, alike
from guanjia.estate.models import Party
from guanjia.estate.parties import Particulars
from guanjia.estate.rules import Terms
from guanjia.estate.states import TITLE_HOLDERS, Capacity, Matter, PartyKind

NEW = "new"


class ShareField(forms.CharField):
    """A share of the title, typed as ``1/2`` or ``50%``; '' is None."""

    def clean(self, value: Any) -> Any:
        """Read the share; the error says how to write it."""
        typed = super().clean(value)
        try:
            return share_from(typed) if typed else None
        except ShareError as wrong:
            raise ValidationError(str(wrong)) from wrong


class ParticularsForm(forms.Form):
    """A person's or organisation's particulars. Doubtful numbers are kept and warned of."""

    kind = forms.TypedChoiceField(
        label=_("类别"),
        choices=PartyKind.choices(),
        coerce=PartyKind,
        initial=PartyKind.PERSON,
    )
    name = forms.CharField(
        label=_("姓名或单位名称"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=_("电话"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    id_number = forms.CharField(
        label=_("证件号"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    note = forms.CharField(
        label=_("接待提示"),
        required=False,
        max_length=200,
        help_text=_("比如：听力不佳，请写给她看"),
    )

    @cached_property
    def _checks(self) -> dict[str, Checked]:
        typed = {name: str(self.data.get(name, "")).strip() for name in ("phone", "id_number")}
        person = self.data.get("kind") != PartyKind.ORGANISATION
        check = check_id if person else check_organisation_code
        judged = {"phone": check_phone(typed["phone"]), "id_number": check(typed["id_number"])}
        return {name: checked for name, checked in judged.items() if typed[name]}

    @property
    def warnings(self) -> Iterator[str]:
        """What is taken as it is, and yet worth a look."""
        for name, checked in self._checks.items():
            if checked.verdict is Verdict.WRONG_CHECK_DIGIT:
                yield checked.message
            elif checked.verdict is Verdict.PLACEHOLDER:
                yield say("%(label)s填的是占位内容，按没有登记处理") % {
                    "label": self.fields[name].label
                }

    def clean(self) -> dict[str, Any]:
        """Refuse what is no number at all."""
        for name, checked in self._checks.items():
            if checked.verdict is Verdict.INVALID:
                self.add_error(name, checked.message)
        return self.cleaned_data


class PersonForm(ParticularsForm):
    """Who it is: somebody on file (``party`` is their id), or somebody new."""

    party = forms.ChoiceField(label=_("可能已经登记过"), required=False)

    def __init__(self, data: Any = None, *, community: Community, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.community = community
        choices = [(str(like.party.pk), like.party.name) for like in self.likes]
        self.fields["party"].choices = [*choices, (NEW, NEW)]  # type: ignore[attr-defined]  # a choice field

    @cached_property
    def likes(self) -> list[Likeness]:
        """Who on file it may be, by name, phone or ID number."""
        name, phone, number = (str(self.data.get(n, "")) for n in ("name", "phone", "id_number"))
        typed = Particulars(name, phone=phone, id_number=number)
        try:
            return alike(self.community, typed) if self.is_bound else []
        except TextError:
            return []

    def clean(self) -> dict[str, Any]:
        """Ask which of those on file it is, once there are any."""
        typed = super().clean()
        if self.likes and not typed.get("party") and "party" not in self.errors:
            self.add_error("party", say("请看清是不是其中一位；都不是，再选“新登记”"))
        return typed

    @property
    def who(self) -> Party | Particulars:
        """Whom the form names; only after ``is_valid``."""
        typed = self.cleaned_data
        for like in self.likes:
            if typed["party"] == str(like.party.pk):
                return like.party
        names = ("name", "kind", "phone", "id_number", "note")
        return Particulars(**{name: typed[name] for name in names})


class ResidentForm(PersonForm):
    """A person and what they are to the unit. The debtor is asked for only where there is none."""

    capacity = forms.TypedChoiceField(
        label=_("身份"),
        choices=Capacity.choices(),
        coerce=Capacity,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选这个人与房屋的关系")},
    )
    is_debtor = forms.BooleanField(
        label=_("由其承担本房屋的费用（缴费责任人）"), required=False, initial=True
    )
    share = ShareField(
        label=_("产权份额"), required=False, max_length=20, help_text=_("写成 1/2 或 50%")
    )
    relation = forms.CharField(
        label=_("与业主关系"), required=False, max_length=20, help_text=_("比如：配偶、子女、父母")
    )
    scope = forms.TypedMultipleChoiceField(
        label=_("委托事项"),
        required=False,
        choices=Matter.choices(),
        coerce=Matter,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("照委托书写明的勾选，没写的不能代办"),
        error_messages={"required": _("请按委托书勾选委托事项")},
    )
    document_no = forms.CharField(label=_("委托书或租约编号"), required=False, max_length=60)
    begins_on = forms.DateField(label=_("起始日"), widget=day_input())
    ends_on = forms.DateField(
        label=_("截止日"),
        required=False,
        widget=day_input(),
        help_text=_("最后一天仍算；长期的不填，委托书必填"),
    )

    def __init__(self, data: Any = None, *, has_debtor: bool, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if has_debtor:
            del self.fields["is_debtor"]
        self.fields["scope"].required = self.data.get("capacity", Capacity.AGENT) == Capacity.AGENT

    def clean(self) -> dict[str, Any]:
        """Ask a power of attorney for its last day."""
        typed = super().clean()
        agent = typed.get("capacity") is Capacity.AGENT
        if agent and not typed.get("ends_on") and "ends_on" not in self.errors:
            self.add_error("ends_on", say("委托书有期限，请填截止日"))
        return typed

    def terms(self) -> Terms:
        """Return what the tenure is to be; what its capacity does not have is left out."""
        typed = self.cleaned_data
        capacity: Capacity = typed["capacity"]
        holds_title = capacity in TITLE_HOLDERS
        has_paper = capacity in (Capacity.AGENT, Capacity.TENANT)
        return Terms(
            capacity=capacity,
            begins_on=typed["begins_on"],
            ends_on=typed["ends_on"],
            is_debtor=holds_title and typed.get("is_debtor", False),
            share=typed["share"] if holds_title else None,
            relation="" if holds_title else typed["relation"],
            scope=tuple(typed["scope"]) if capacity is Capacity.AGENT else (),
            document_no=typed["document_no"] if has_paper else "",
        )


class TitleForm(PersonForm):
    """Who takes the title over, and from which day."""

    on = forms.DateField(
        label=_("从哪一天起"),
        widget=day_input(),
        help_text=_("这一天起的费用由新业主承担，前一天为止的仍归原来的人"),
    )


class EndForm(forms.Form):
    """The last day of what somebody is to a unit."""

    last_day = forms.DateField(
        label=_("最后一天"), widget=day_input(), help_text=_("这一天仍算在内")
    )
    reason = forms.CharField(
        label=_("原因"), required=False, max_length=200, help_text=_("比如：退租、搬离")
    )


class ChangePartyForm(ParticularsForm):
    """New particulars. The numbers on file are not shown: an empty field leaves them as they are."""

    forget = forms.MultipleChoiceField(
        label=_("删去已登记的"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(
        label=_("变更原因"), max_length=200, help_text=_("比如：本人到场更换手机号")
    )

    def __init__(self, data: Any = None, *, party: Party) -> None:
        known = {name: getattr(party, name) for name in ("kind", "name", "note")}
        super().__init__(data, initial=known)
        self.party = party
        masks = {"phone": party.masked_phone, "id_number": party.masked_id}
        for name in filter(masks.get, masks):
            self.fields[name].widget.attrs["placeholder"] = masks[name]
            self.fields[name].help_text = say("不改就留空")
        labels = [(name, self.fields[name].label) for name in filter(masks.get, masks)]
        self.fields["forget"].choices = labels  # type: ignore[attr-defined]  # a choice field
        if not labels:
            del self.fields["forget"]

    def particulars(self) -> Particulars:
        """Return what is to be known from now on; only after ``is_valid``."""
        typed = self.cleaned_data
        numbers = {
            name: ""
            if name in typed.get("forget", ())
            else typed[name] or getattr(self.party, name) or ""
            for name in ("phone", "id_number")
        }
        return Particulars(typed["name"], typed["kind"], note=typed["note"], **numbers)


class MergeForm(forms.Form):
    """Which of two parties stays, and why they are one."""

    keep = forms.TypedChoiceField(label=_("保留哪一份"), coerce=int, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("凭什么认定是同一人"), max_length=200, help_text=_("比如：证件号相同，本人确认")
    )

    def __init__(self, data: Any = None, *, pair: tuple[Party, Party]) -> None:
        super().__init__(data)
        self.fields["keep"].choices = [(party.pk, party.name) for party in pair]  # type: ignore[attr-defined]  # a choice field


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("原因"), max_length=200)
