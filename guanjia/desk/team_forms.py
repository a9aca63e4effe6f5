"""The forms of teams: patches, who stands for them, departments, staff and posts."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from guanjia.accounts.access import staff_of
from guanjia.accounts.models import Community, User
from guanjia.accounts.permissions import ROLE_LABELS, Role
from guanjia.core.identity import Verdict, check_phone
from guanjia.core.inputs import day_input
from guanjia.core.unit_number import UnitNumberError, unit_key
from guanjia.desk.unit_forms import buildings_of
from guanjia.estate.models import Building, Unit
from guanjia.people.actions import Hire
from guanjia.people.models import Department, Post, Staff
from guanjia.people.states import DepartmentKind, Trade


class StaffChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A choice among those who work in the community."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Staff.objects.none(), empty_label=say("请选择"), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        """Tell people of one name apart by department and number."""
        return f"{obj.name}（{obj.department.name} {obj.staff_no}）"


class CommunityForm(forms.Form):
    """A form whose choices are one community's; its fields' ids begin with its own name."""

    def __init__(self, data: Any = None, *, community: Community, **kwargs: Any) -> None:
        super().__init__(data, auto_id=f"{type(self).__name__.lower()}_%s", **kwargs)
        self.community = community
        here = {"community": community}
        working = Staff.objects.filter(**here, left_on=None).select_related("department")
        choices = {
            "staff": working.order_by("department__name", "staff_no"),
            "head": working.order_by("department__name", "staff_no"),
            "building": buildings_of(community),
            "department": Department.objects.filter(**here).order_by("name"),
            "parent": Department.objects.filter(**here).order_by("name"),
            "post": Post.objects.filter(**here).order_by("department__name", "name"),
        }
        for name, queryset in choices.items():
            if name in self.fields:
                self.fields[name].queryset = queryset  # type: ignore[attr-defined]  # a model choice


class PatchForm(CommunityForm):
    """A patch to add."""

    name = forms.CharField(
        label=_("责任区名称"), max_length=40, help_text=_("比如：一区、南区、商业街")
    )


class ManagerForm(CommunityForm):
    """Who becomes the customer manager, and from which day."""

    staff = StaffChoice(label=_("客户经理"))
    on = forms.DateField(label=_("从哪一天起"), widget=day_input())


class MemberForm(CommunityForm):
    """Who joins the team, as what, and from which day."""

    staff = StaffChoice(label=_("员工"))
    trade = forms.TypedChoiceField(label=_("工种"), choices=Trade.choices(), coerce=Trade)
    on = forms.DateField(label=_("从哪一天起"), widget=day_input())


class LastDayForm(forms.Form):
    """The last day in a team."""

    last_day = forms.DateField(
        label=_("最后一天"), widget=day_input(), help_text=_("这一天仍算在内")
    )


class PlaceForm(CommunityForm):
    """A building, or one entrance of it."""

    building = forms.ModelChoiceField(
        label=_("楼栋"), queryset=Building.objects.none(), empty_label=_("请选择")
    )
    entrance = forms.CharField(
        label=_("单元"), required=False, max_length=20, help_text=_("不填就是整栋")
    )


class ExceptionForm(CommunityForm):
    """One unit, in any spelling."""

    unit = forms.CharField(label=_("房号"), max_length=60, help_text=_("不随楼栋、单独划归的房屋"))

    def clean_unit(self) -> Unit:
        """Find the unit."""
        typed = self.cleaned_data["unit"]
        try:
            key = unit_key(typed)
        except UnitNumberError as wrong:
            raise ValidationError(str(wrong)) from wrong
        unit = Unit.objects.filter(community=self.community, key=key).first()
        if unit is None:
            raise ValidationError(say("没有“%(number)s”这个房号，请核对") % {"number": typed})
        return unit


class DepartmentForm(CommunityForm):
    """A department to add."""

    kind = forms.TypedChoiceField(
        label=_("类别"), choices=DepartmentKind.choices(), coerce=DepartmentKind
    )
    name = forms.CharField(label=_("部门名称"), max_length=40)
    parent = forms.ModelChoiceField(
        label=_("上级部门"),
        required=False,
        queryset=Department.objects.none(),
        empty_label=_("没有"),
    )


class HeadForm(CommunityForm):
    """Who supervises a department."""

    head = StaffChoice(label=_("主管"))


class PostForm(CommunityForm):
    """A post and the role that goes with it."""

    department = forms.ModelChoiceField(label=_("部门"), queryset=Department.objects.none())
    name = forms.CharField(label=_("岗位名称"), max_length=40)
    role = forms.TypedChoiceField(
        label=_("权限角色"),
        choices=[(role.value, label) for role, label in ROLE_LABELS.items()],
        coerce=Role,
        help_text=_("任这个岗位的人，账号随之得到这个角色；离岗时收回"),
    )


class HireForm(CommunityForm):
    """Somebody who begins to work here."""

    department = forms.ModelChoiceField(label=_("部门"), queryset=Department.objects.none())
    staff_no = forms.CharField(label=_("工号"), max_length=20)
    name = forms.CharField(label=_("姓名"), max_length=60)
    phone = forms.CharField(label=_("电话"), required=False, max_length=40)
    joined_on = forms.DateField(label=_("入职日期"), widget=day_input())
    user = forms.ModelChoiceField(
        label=_("登录账号"),
        required=False,
        queryset=User.objects.none(),
        empty_label=_("不登录系统"),
        help_text=_("没有账号的先在“员工账号”里新建"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taken = Staff.objects.filter(community=self.community, user=OuterRef("pk"))
        free = staff_of(self.community).filter(~Exists(taken), is_active=True)
        self.fields["user"].queryset = free  # type: ignore[attr-defined]  # a model choice

    def clean_phone(self) -> str:
        """Refuse what is no number at all."""
        phone: str = self.cleaned_data["phone"]
        checked = check_phone(phone)
        if phone and checked.verdict is Verdict.INVALID:
            raise ValidationError(checked.message)
        return phone

    def hire(self) -> Hire:
        """Return who begins; only after ``is_valid``."""
        return Hire(**{k: v for k, v in self.cleaned_data.items() if k != "department"})


class AppointForm(CommunityForm):
    """A post to give."""

    post = forms.ModelChoiceField(
        label=_("岗位"), queryset=Post.objects.none(), empty_label=_("请选择")
    )
