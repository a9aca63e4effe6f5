"""The reception's forms."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from guanjia.accounts.models import Community, User
from guanjia.core.inputs import LineField, day_input
from guanjia.core.unit_number import UnitNumberError, unit_key
from guanjia.estate.models import Tenure, Unit, on_day
from guanjia.estate.states import TITLE_HOLDERS, Capacity
from guanjia.reception.actions import Noted, Visitor
from guanjia.reception.reads import Caller
from guanjia.reception.states import Callback, Check, Purpose, Step

_AT_ONCE = (Check.NONE, Check.DOCUMENT, Check.OWNER_FILE)
_CHECKS = tuple(how for how in Check if how is not Check.NONE)
_SOMEBODY_ELSE = "0"


def people_of(unit: Unit, day: date) -> list[Tenure]:
    """Return the unit's people on ``day``, the debtor first."""
    rows = Tenure.objects.filter(on_day(day), community=unit.community_id, unit=unit)
    return list(rows.select_related("party", "unit").order_by("-is_debtor", "pk"))


class StartForm(forms.Form):
    """Who came, what for, and how it is known who they are."""

    visitor = forms.ChoiceField(label=_("谁来了"), required=False)
    name = LineField(label=_("姓名"), max_length=60, required=False)
    capacity = forms.ChoiceField(
        label=_("身份"), choices=[("", _("其他来访")), *Capacity.choices()], required=False
    )
    purposes = forms.MultipleChoiceField(
        label=_("来意"),
        choices=Purpose.choices(),
        error_messages={"required": _("请选来意，可以选几项")},
    )
    how = forms.TypedChoiceField(
        label=_("身份核验"),
        choices=[(how.value, how.label) for how in _AT_ONCE],
        coerce=Check,
        required=False,
        empty_value=Check.NONE,
    )
    finishing = forms.BooleanField(required=False)

    def __init__(self, data: Any, *, unit: Unit | None, people: list[Tenure]) -> None:
        self.unit, self.people = unit, {str(tenure.pk): tenure for tenure in people}
        starting = {
            "visitor": next(iter(self.people), _SOMEBODY_ELSE),
            "purposes": [Purpose.PAYMENT] if unit else [Purpose.ENQUIRY],
        }
        super().__init__(data, initial=starting)
        choices = [(pk, tenure.party.name) for pk, tenure in self.people.items()]
        self.fields["visitor"].choices = [*choices, (_SOMEBODY_ELSE, "")]  # type: ignore[attr-defined]  # a choice

    def came(self) -> Visitor:
        """Return who came."""
        typed = self.cleaned_data
        tenure = self.people.get(typed["visitor"])
        return Visitor(self.unit, tenure, typed["name"], typed["capacity"])


class CheckForm(forms.Form):
    """How it was verified who the visitor is; by phone, whose number on file was dialled."""

    how = forms.TypedChoiceField(
        label=_("怎样核验的"),
        choices=[(how.value, how.label) for how in _CHECKS],
        coerce=Check,
        error_messages={"required": _("请选核验方式")},
    )
    called = forms.TypedChoiceField(
        label=_("拨打的业主"), required=False, coerce=int, empty_value=None
    )
    words = LineField(label=_("业主怎么说"), max_length=200, required=False)

    def __init__(self, data: Any, *, people: list[Tenure]) -> None:
        super().__init__(data)
        self.owners = {
            tenure.pk: tenure
            for tenure in people
            if tenure.capacity in TITLE_HOLDERS and tenure.party.phone
        }
        self.fields["called"].choices = [  # type: ignore[attr-defined]  # a choice
            ("", ""),
            *((pk, tenure.party.name) for pk, tenure in self.owners.items()),
        ]

    def words_of(self) -> dict[str, Any]:
        """Return what the action takes."""
        typed = self.cleaned_data
        called = self.owners.get(typed["called"]) if typed["how"] is Check.PHONE else None
        return {"how": typed["how"], "called": called, "words": typed["words"]}


class ReceptionFilter(forms.Form):
    """Which day's, whose and which unit's visits or calls to list; what cannot be read filters nothing and says so."""

    day = forms.DateField(label=_("日期"), required=False, widget=day_input())
    clerk = forms.ModelChoiceField(
        label=_("接待人"), required=False, queryset=User.objects.none(), empty_label=_("全部")
    )
    unit = forms.CharField(label=_("房号"), required=False, max_length=60)

    def __init__(self, data: Any, *, clerks: Any) -> None:
        super().__init__(data)
        self.fields["clerk"].queryset = clerks  # type: ignore[attr-defined]  # a model choice

    def clean_unit(self) -> str:
        """Read the unit's number in any spelling."""
        return _key(self.cleaned_data["unit"])

    def wanted(self) -> dict[str, Any]:
        """Return what was asked for and understood."""
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value}


class NoteForm(forms.Form):
    """A call in six steps."""

    caller = LineField(label=_("对方姓名"), max_length=60, required=False)
    about = LineField(
        label=_("来意"),
        max_length=500,
        error_messages={
            "required": _("请写明对方为什么事来电；不需要记录的，按“不记录”"),
            "max_length": _("来意不能超过 500 个字，请缩短"),
        },
    )
    number = forms.CharField(label=_("来电号码"), max_length=30, required=False)
    unit = forms.CharField(label=_("房号"), max_length=60, required=False)
    confirmed = forms.BooleanField(label=_("对方确认是这一户"), required=False)
    step = forms.MultipleChoiceField(choices=Step.choices(), required=False)
    callback = forms.TypedChoiceField(
        label=_("回电"),
        choices=Callback.choices(),
        coerce=Callback,
        required=False,
        empty_value=Callback.NONE,
    )
    callback_at = forms.DateTimeField(
        label=_("回电时间"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )

    def __init__(self, data: Any, *, community: Community, caller: Caller, masked: str) -> None:
        self._community, self._guess, self._masked = community, caller.unit_number, masked
        starting = {"unit": self._guess, "number": masked, "callback": Callback.NONE}
        super().__init__(data, initial=starting)
        self._found: Unit | None = None

    def clean_unit(self) -> str:
        """Find the unit by its number in any spelling."""
        typed: str = self.cleaned_data["unit"]
        if key := _key(typed):
            self._found = Unit.objects.filter(community=self._community, key=key).first()
            if self._found is None:
                raise ValidationError(_("没有这个房号，请核对；不清楚的留空"))
        return typed

    def noted(self) -> Noted:
        """Return what was noted; a number left as it was masked is not taken for a new one."""
        typed, guess = self.cleaned_data, self._guess
        is_guess = bool(guess) and typed["unit"] == guess and not typed["confirmed"]
        return Noted(
            name=typed["caller"],
            about=typed["about"],
            phone="" if typed["number"] == self._masked else typed["number"],
            unit=self._found,
            is_guess=is_guess,
            steps=typed["step"],
            callback=typed["callback"],
            callback_at=typed["callback_at"],
        )


class OutcomeForm(forms.Form):
    """What came of calling back."""

    outcome = LineField(
        label=_("回电结果"),
        max_length=200,
        error_messages={"required": _("请写明回电结果，例如：已告知，明天上门")},
    )


def _key(typed: str) -> str:
    try:
        return unit_key(typed) if typed else ""
    except UnitNumberError as wrong:
        raise ValidationError(str(wrong)) from wrong
