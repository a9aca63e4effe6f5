"""The forms of units: which to list, what one is, who shares its account, a paper of its file."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from guanjia.accounts.access import Standing
from guanjia.accounts.models import Community
from guanjia.core.inputs import day_input
from guanjia.core.unit_number import UnitNumberError, unit_key
from guanjia.estate.actions import UnitDetails
from guanjia.estate.models import Building, Party, Unit, by_number
from guanjia.estate.search import find
from guanjia.estate.states import TRANSITIONS, CustomerTier, DocumentKind, UnitKind, UnitStatus

_MOST_FOUND = 500
_BETWEEN = re.compile(r"[,，、;；\n]+")
_SMALLEST_AREA, _LARGEST_AREA = Decimal("0.01"), Decimal(99_999_999)
_FLOORS = range(-20, 201)


def buildings_of(community: Community) -> QuerySet[Building]:
    """Return a community's buildings as people count them."""
    return Building.objects.filter(community=community).order_by(by_number())


class UnitFilter(forms.Form):
    """Which units to list; what cannot be read filters nothing."""

    q = forms.CharField(label=_("房号、姓名、手机尾号"), required=False, max_length=60)
    building = forms.ModelChoiceField(
        label=_("楼栋"), required=False, queryset=Building.objects.none(), empty_label=_("全部")
    )
    kind = forms.ChoiceField(
        label=_("类型"), required=False, choices=[("", _("全部")), *UnitKind.choices()]
    )
    status = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部")), *UnitStatus.choices()]
    )

    def __init__(self, data: Any, *, standing: Standing) -> None:
        super().__init__(data)
        self.standing = standing
        self.fields["building"].queryset = buildings_of(standing.community)  # type: ignore[attr-defined]  # a model choice

    def units(self) -> QuerySet[Unit]:
        """Return the units asked for, in the order of their numbers."""
        self.full_clean()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        text = asked.pop("q", "")
        rows = Unit.objects.filter(community=self.standing.community, **asked)
        if text:
            rows = rows.filter(key__in=[hit.key for hit in find(self.standing, text, _MOST_FOUND)])
        return rows.order_by(by_number())


class UnitForm(forms.Form):
    """What a unit is."""

    number = forms.CharField(
        label=_("房号"), max_length=60, help_text=_("写法随意：3-2-1201、3栋2单元1201室都认得")
    )
    kind = forms.TypedChoiceField(label=_("类型"), choices=UnitKind.choices(), coerce=UnitKind)
    building = forms.ModelChoiceField(
        label=_("楼栋"),
        required=False,
        queryset=Building.objects.none(),
        empty_label=_("不在楼栋里"),
    )
    new_building = forms.CharField(
        label=_("新楼栋"), required=False, max_length=40, help_text=_("上面没有时填，比如：5栋")
    )
    entrance = forms.CharField(label=_("单元"), required=False, max_length=20)
    floor = forms.IntegerField(
        label=_("楼层（地下为负）"),
        required=False,
        min_value=_FLOORS.start,
        max_value=_FLOORS.stop - 1,
    )
    gross_area = forms.DecimalField(
        label=_("建筑面积（㎡）"),
        required=False,
        min_value=_SMALLEST_AREA,
        max_value=_LARGEST_AREA,
        decimal_places=2,
    )
    internal_area = forms.DecimalField(
        label=_("套内面积（㎡）"),
        required=False,
        min_value=_SMALLEST_AREA,
        max_value=_LARGEST_AREA,
        decimal_places=2,
    )
    layout = forms.CharField(label=_("户型"), required=False, max_length=40)
    customer_tier = forms.ChoiceField(
        label=_("收费类别"),
        required=False,
        choices=[("", _("按类型：住宅为居民，商铺为商户")), *CustomerTier.choices()],
    )

    def __init__(self, data: Any = None, *, community: Community, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["building"].queryset = buildings_of(community)  # type: ignore[attr-defined]  # a model choice

    def clean(self) -> dict[str, Any]:
        """Refuse areas that contradict each other, and two buildings."""
        typed = self.cleaned_data
        if typed.get("building") and typed.get("new_building"):
            self.add_error("new_building", say("已经选了楼栋；要新增楼栋，上面请选“不在楼栋里”"))
        gross, internal = typed.get("gross_area"), typed.get("internal_area")
        if gross and internal and internal > gross:
            self.add_error("internal_area", say("套内面积大于建筑面积，请核对产权证"))
        return typed

    def details(self) -> UnitDetails:
        """Return what was typed; only after ``is_valid``."""
        apart = ("building", "new_building", "reason")
        return UnitDetails(**{k: v for k, v in self.cleaned_data.items() if k not in apart})


class NewUnitForm(UnitForm):
    """A unit to add."""

    status = forms.TypedChoiceField(
        label=_("状态"),
        choices=UnitStatus.choices(),
        coerce=UnitStatus,
        help_text=_("还没卖的选“未售”；已经有人住的照实选"),
    )


class UnitChangeForm(UnitForm):
    """A unit to correct."""

    reason = forms.CharField(
        label=_("更正原因"), max_length=200, help_text=_("比如：产权证面积与登记不符")
    )


class StatusForm(forms.Form):
    """Where a unit's status goes next."""

    to = forms.TypedChoiceField(label=_("改为"), coerce=UnitStatus)
    reason = forms.CharField(label=_("原因"), required=False, max_length=200)

    def __init__(self, data: Any = None, *, unit: Unit) -> None:
        super().__init__(data, auto_id="status_%s")
        ways = TRANSITIONS[UnitStatus(unit.status)]
        self.fields["to"].choices = [  # type: ignore[attr-defined]  # a choice field
            (status.value, status.label) for status in UnitStatus if status in ways
        ]


class HouseholdForm(forms.Form):
    """Units that are to share another's account."""

    others = forms.CharField(
        label=_("合到本户的房号"),
        max_length=400,
        help_text=_("写法随意，几个之间用逗号隔开，比如：B1-086、K-12"),
    )

    def __init__(self, data: Any = None, *, unit: Unit) -> None:
        super().__init__(data, auto_id="household_%s")
        self.unit = unit

    def clean_others(self) -> list[Unit]:
        """Find the units; the error names what is not found."""
        found = []
        for typed in filter(None, map(str.strip, _BETWEEN.split(self.cleaned_data["others"]))):
            try:
                key = unit_key(typed)
            except UnitNumberError as wrong:
                raise ValidationError(str(wrong)) from wrong
            unit = Unit.objects.filter(community=self.unit.community_id, key=key).first()
            if unit is None or unit == self.unit:
                raise ValidationError(
                    say("没有“%(number)s”这个房号，或就是本户，请核对") % {"number": typed}
                )
            found.append(unit)
        return found


class DocumentForm(forms.Form):
    """A paper for the unit file."""

    kind = forms.TypedChoiceField(
        label=_("种类"), choices=DocumentKind.choices(), coerce=DocumentKind
    )
    title = forms.CharField(
        label=_("标题"), required=False, max_length=100, help_text=_("不填就用种类作标题")
    )
    party = forms.ModelChoiceField(
        label=_("谁的"), required=False, queryset=Party.objects.none(), empty_label=_("全户的")
    )
    received_on = forms.DateField(label=_("收到日期"), widget=day_input())
    file = forms.FileField(
        label=_("扫描件或照片"),
        required=False,
        widget=forms.FileInput(
            attrs={"accept": "image/jpeg,image/png,image/webp,.pdf,.docx,.xlsx"}
        ),
        help_text=_("jpg、png、webp、pdf、docx、xlsx，20 MB 以内；只存纸质原件可以不传"),
    )

    def __init__(self, data: Any = None, files: Any = None, *, unit: Unit, **kwargs: Any) -> None:
        super().__init__(data, files, **kwargs)
        people = Party.objects.filter(
            community=unit.community_id, tenures__unit=unit, merged_into=None
        )
        self.fields["party"].queryset = people.distinct().order_by("name")  # type: ignore[attr-defined]  # a model choice
