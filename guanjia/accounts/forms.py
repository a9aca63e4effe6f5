"""The forms of signing in, of one's own account, of the first run and of the staff."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.validators import validate_slug
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from guanjia.accounts.models import Community, Grant, User
from guanjia.accounts.permissions import ROLE_LABELS, Role
from guanjia.accounts.rules import PIN_DIGITS, plain, plain_phone
from guanjia.accounts.switching import Known
from guanjia.core.inputs import day_input

# First words of the program's own addresses; a community must not stand in their way.
RESERVED_CODES = frozenset(
    [
        "sign-in",
        "sign-out",
        "switch",
        "me",
        "setup",
        "livez",
        "readyz",
        "static",
        "gallery",
        "api",
        "portal",
        "gate",
    ]
)
_ROLES = [(role.value, label) for role, label in ROLE_LABELS.items()]


class StaffNoField(forms.CharField):
    """A staff number as it is kept; one of nothing but dashes is none."""

    def to_python(self, value: Any) -> str:
        """Bring it into the form in which numbers are compared."""
        return plain(super().to_python(value) or "")


def _password(label: Any, autocomplete: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class SignInForm(forms.Form):
    """Who, and their password."""

    login = forms.CharField(
        label=_("工号或手机号"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
    )
    password = _password(_("密码"), "current-password")


class ConfirmationForm(forms.Form):
    """The password once more, before the means of signing in are changed."""

    password = _password(_("当前密码"), "current-password")


class CodeForm(forms.Form):
    """Six digits from the authenticator app, or a recovery code."""

    code = forms.CharField(
        label=_("动态码"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )


class StaffFilter(forms.Form):
    """Whom to list; what cannot be read filters nothing."""

    q = forms.CharField(label=_("工号或姓名"), required=False, max_length=60)
    role = forms.ChoiceField(
        label=_("角色"), required=False, choices=[("", _("全部")), *ROLE_LABELS.items()]
    )
    active = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("", _("全部")), ("yes", _("在岗")), ("no", _("已停用"))],
    )

    def people(self, rows: QuerySet[User], community: Community) -> QuerySet[User]:
        """Return those of ``rows`` who are asked for; a role is one held in ``community`` now."""
        self.full_clean()
        asked = self.cleaned_data
        if text := asked.get("q"):
            rows = rows.filter(Q(staff_no__icontains=text) | Q(name__icontains=text))
        if role := asked.get("role"):
            held = Grant.objects.filter(community=community, role=role, revoked_at=None)
            rows = rows.filter(pk__in=held.values("user"))
        if active := asked.get("active"):
            rows = rows.filter(is_active=active == "yes")
        return rows


class LinkForm(forms.Form):
    """A one-time link's token; the page's script takes it from behind the #."""

    token = forms.CharField(max_length=64, widget=forms.HiddenInput)


class NewPasswordForm(forms.Form):
    """A password of one's own choice, typed twice."""

    password = _password(_("新密码"), "new-password")
    again = _password(_("再输一次"), "new-password")

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        self.fields["password"].help_text = say(
            "至少 10 个字；不要用常见的、全是数字的或与工号姓名相近的密码"
        )

    def clean_password(self) -> str:
        """Refuse a password that is easily guessed."""
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        """Refuse a slip of the fingers."""
        words = self.cleaned_data
        if "password" in words and words["password"] != words.get("again"):
            self.add_error("again", say("两次输入的不一样"))
        return words


class PinForm(forms.Form):
    """A PIN for the fast switch, typed twice."""

    pin = forms.CharField(
        label=_("6 位 PIN"),
        max_length=PIN_DIGITS,
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    again = forms.CharField(
        label=_("再输一次"),
        max_length=PIN_DIGITS,
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a slip of the fingers."""
        if self.cleaned_data.get("pin") != self.cleaned_data.get("again"):
            self.add_error("again", say("两次输入的不一样"))
        return self.cleaned_data


class SwitchForm(forms.Form):
    """Who takes the desk over, and their PIN."""

    person = forms.TypedChoiceField(label=_("换成"), coerce=int, widget=forms.RadioSelect)
    pin = forms.CharField(
        label=_("6 位 PIN"),
        max_length=PIN_DIGITS,
        widget=forms.PasswordInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "autofocus": True}
        ),
    )

    def __init__(self, data: Any = None, *, people: list[Known]) -> None:
        super().__init__(data, initial={"person": people[0].user.pk if people else None})
        self.fields["person"].choices = [(known.user.pk, known.user.name) for known in people]  # type: ignore[attr-defined]  # a choice field


class PasskeyForm(forms.Form):
    """A passkey's answer, made by the browser, and what to call the passkey."""

    name = forms.CharField(
        label=_("名称"), max_length=40, help_text=_("比如：前台电脑指纹、蓝色安全钥匙")
    )
    answer = forms.CharField(widget=forms.HiddenInput)


class SetupForm(forms.Form):
    """The first run: the company, its first community, its first administrator."""

    setup_code = forms.CharField(
        label=_("安装码"), max_length=40, help_text=_("启动程序的窗口里显示的那一行")
    )
    company = forms.CharField(label=_("物业公司名称"), max_length=100)
    community = forms.CharField(label=_("项目（小区）名称"), max_length=60)
    code = forms.CharField(
        label=_("项目代码"),
        max_length=32,
        validators=[validate_slug],
        help_text=_("用在网址里：小写字母、数字和连字符，比如 jinxiu"),
    )
    cut_over_on = forms.DateField(
        label=_("启用日"),
        widget=day_input(),
        help_text=_("从这一天起用本系统记账；之前的账不在这里开"),
    )
    staff_no = StaffNoField(label=_("管理员工号"), max_length=20)
    name = forms.CharField(label=_("管理员姓名"), max_length=60)
    password = _password(_("管理员密码"), "new-password")

    def clean_code(self) -> str:
        """Refuse a code that is the program's own address."""
        code: str = self.cleaned_data["code"].lower()
        if code in RESERVED_CODES or Community.objects.filter(code=code).exists():
            raise forms.ValidationError(say("这个代码已被占用，请换一个"))
        return code

    def clean(self) -> dict[str, Any]:
        """Refuse a password that is easily guessed."""
        words = self.cleaned_data
        if "password" in words:
            user = User(staff_no=words.get("staff_no", ""), name=words.get("name", ""))
            try:
                validate_password(words["password"], user)
            except forms.ValidationError as fault:
                self.add_error("password", fault)
        return words


class StaffForm(forms.Form):
    """A new member of staff."""

    staff_no = StaffNoField(label=_("工号"), max_length=20)
    name = forms.CharField(label=_("姓名"), max_length=60)
    phone = forms.CharField(
        label=_("手机号"), max_length=20, required=False, help_text=_("填了就也能用手机号登录")
    )
    roles = forms.TypedMultipleChoiceField(
        label=_("角色"), choices=_ROLES, coerce=Role, widget=forms.CheckboxSelectMultiple
    )
    is_colleague = forms.BooleanField(
        label=_("已当面核对，是别的项目的这位同事"), required=False, widget=forms.HiddenInput
    )

    def clean_phone(self) -> str:
        """Refuse what is no phone number."""
        phone: str = self.cleaned_data["phone"]
        if phone and not plain_phone(phone):
            raise forms.ValidationError(say("手机号要是 5 到 15 位数字"))
        return phone

    def ask_about_colleague(self) -> None:
        """Ask for an express word that the account of this number and name is the person's."""
        self.fields["is_colleague"].widget = forms.CheckboxInput()
        question = say("这位同事在别的项目已有账号：请当面核对本人后勾选，密码和第二验证会重新设置")
        self.add_error("is_colleague", question)


class GrantForm(forms.Form):
    """A role to give."""

    role = forms.TypedChoiceField(label=_("角色"), choices=_ROLES, coerce=Role)
