"""People who sign in, the communities they work in, and what they may do there."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.crypto import salted_hmac

from guanjia.accounts.permissions import ROLE_LABELS
from guanjia.accounts.rules import plain, plain_phone
from guanjia.core.database.fields import CommunityField
from guanjia.core.database.privileges import APPEND_ONLY
from guanjia.core.sealing.fields import BlindIndexField, SealedTextField, ring


class Company(models.Model):
    """The property company that signs contracts and receipts."""

    name = models.CharField("公司名称", max_length=100, unique=True)

    def __str__(self) -> str:
        return self.name


class Community(models.Model):
    """One residential community (项目), the key of all its rows."""

    company = models.ForeignKey(Company, models.PROTECT, verbose_name="公司")
    code = models.SlugField("代码", max_length=32, unique=True)
    name = models.CharField("名称", max_length=60, unique=True)
    service_phone = models.CharField("服务电话", max_length=30, blank=True)
    # Nothing is billed before this day; the first day of the program's own books.
    cut_over_on = models.DateField("启用日", null=True)
    # A fictitious community: one-time sign-in links are offered for it on loopback only.
    is_demo = models.BooleanField("演示数据", default=False)

    def __str__(self) -> str:
        return self.name


class CommunityModel(models.Model):
    """Base of every table whose rows belong to one community."""

    community = CommunityField(Community, verbose_name="项目")

    class Meta:
        abstract = True


class UserQuerySet(BaseUserManager["User"]):
    """How staff are found at sign-in."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person with this staff number."""
        return self.get(staff_no=plain(username or ""))

    def by_login(self, login: str) -> "User | None":
        """Return the one person whose staff number or phone this is.

        Phones are not unique in real registers: one that two people share signs nobody in.
        """
        wanted = models.Q(staff_no=plain(login))
        if phone := plain_phone(login):
            wanted |= models.Q(phone_index=ring().index(phone, purpose="user.phone"))
        found = list(self.filter(wanted)[:2])
        exact = [user for user in found if user.staff_no == plain(login)]
        found = exact or found
        return found[0] if len(found) == 1 else None


class User(AbstractBaseUser):
    """A member of staff who signs in. Made by an administrator or the first-run wizard, never by default."""

    staff_no = models.CharField("工号", max_length=20, unique=True)  # in capitals, see rules.plain
    name = models.CharField("姓名", max_length=60)
    phone = SealedTextField("手机号", purpose="user.phone", null=True, blank=True)
    phone_index = BlindIndexField()
    is_active = models.BooleanField("在岗", default=True)
    # The password is a one-time secret until then: it only serves to choose one's own.
    temporary_until = models.DateTimeField(null=True)
    # Keyed by a secret outside the database, so a stolen table does not tell six digits.
    pin_index = BlindIndexField()
    # Raised on a change of role or on leaving: every session made before it ends at its next request.
    session_epoch = models.PositiveIntegerField(default=0)
    # Letters and digits as keys of their own; whoever is hindered by them switches them off (WCAG 2.1.4).
    single_keys = models.BooleanField(default=True, db_default=True)

    objects: ClassVar[UserQuerySet] = UserQuerySet()
    USERNAME_FIELD = "staff_no"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["phone_index"], name="accounts_user_phone")
        ]

    def __str__(self) -> str:
        return self.name

    def set_phone(self, phone: str) -> None:
        """Keep ``phone`` sealed and findable; '' forgets it."""
        self.phone = plain_phone(phone) or None
        self.phone_index = ring().index(self.phone, purpose="user.phone") if self.phone else None

    def pin_as_kept(self, pin: str) -> bytes:
        """Return how this person's ``pin`` stands in the database."""
        return ring().index(f"{self.pk}:{pin}", purpose="user.pin")

    @property
    def has_second_factor(self) -> bool:
        """Whether the person has enrolled an authenticator app or a passkey."""
        return self.second_factors.exists()

    def get_session_auth_hash(self) -> str:
        """Return what a session must carry to stay valid: the password and the epoch."""
        secret = f"{self.password}:{self.session_epoch}"
        return salted_hmac("guanjia.accounts.session", secret, algorithm="sha256").hexdigest()


class Session(AbstractBaseSession):
    """A browser's session, as Django keeps it, and whose it is once somebody has signed in."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")

    @classmethod
    def get_session_store_class(cls) -> Any:
        """Return what reads and writes these rows."""
        from guanjia.accounts.session_store import SessionStore  # it reads this module

        return SessionStore


class Grant(CommunityModel):
    """A role held in a community, from the day it is given until it is taken back."""

    user = models.ForeignKey(User, models.PROTECT, related_name="grants")
    role = models.CharField(
        "角色", max_length=20, choices=[(role.value, label) for role, label in ROLE_LABELS.items()]
    )
    granted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "user", "role"],
                condition=models.Q(revoked_at=None),
                name="accounts_grant_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}·{self.get_role_display()}"


class Proposal(CommunityModel):
    """What one person asked for and takes effect when a second one confirms; it is decided once, and kept."""

    class Kind(models.TextChoices):
        """What was asked for."""

        GRANT = "grant", "授予角色"
        PASSWORD = "password", "重置密码"
        FACTOR = "factor", "取消第二验证"

    db_privileges = ("SELECT", "INSERT", "UPDATE")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    user = models.ForeignKey(User, models.PROTECT, related_name="proposals")
    role = models.CharField(
        max_length=20, blank=True, choices=Grant._meta.get_field("role").choices
    )
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    refused_at = models.DateTimeField(null=True)
    refused_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "user", "kind", "role"],
                condition=models.Q(confirmed_at=None, refused_at=None),
                name="accounts_proposal_once",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_at=None, confirmed_by=None)
                | models.Q(confirmed_at__isnull=False, confirmed_by__isnull=False, refused_at=None),
                name="accounts_proposal_confirmed",
            ),
            models.CheckConstraint(
                condition=models.Q(refused_at=None, refused_by=None)
                | models.Q(refused_at__isnull=False, refused_by__isnull=False),
                name="accounts_proposal_refused",
            ),
            # Neither who asked nor whom it is about. NULL passes: it is not confirmed yet.
            models.CheckConstraint(
                condition=~models.Q(confirmed_by=models.F("asked_by"))
                & ~models.Q(confirmed_by=models.F("user")),
                name="accounts_proposal_two_people",
            ),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.get_kind_display(), self.get_role_display()]))


class Preference(CommunityModel):
    """How a person likes a page: columns, the height of rows, filters kept under a name."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    page = models.CharField(max_length=40)
    value = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "user", "page"], name="accounts_preference_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.page}"


class SecondFactor(models.Model):
    """An authenticator app or a passkey that a person has enrolled."""

    class Kind(models.TextChoices):
        """What it is."""

        TOTP = "totp", "验证器"
        PASSKEY = "passkey", "通行密钥"

    user = models.ForeignKey(User, models.PROTECT, related_name="second_factors")
    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    name = models.CharField("名称", max_length=40)
    # The app's base32 secret, or the passkey's credential data in base64.
    secret = SealedTextField(purpose="second_factor.secret")
    # The newest 30-second step an app's code was used for: no code serves twice, whichever process sees it.
    used_step = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(kind="totp"), name="accounts_one_totp"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """One of ten codes on paper, each good once when the phone is lost."""

    user = models.ForeignKey(User, models.PROTECT, related_name="recovery_codes")
    code_index = models.BinaryField(max_length=16)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id}#{self.pk}"


class SignInLink(models.Model):
    """A link that signs in once, for demonstration data on loopback only; the token is kept hashed."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    token_hash = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id}#{self.pk}"


_DETAILS = {
    **{role.value: label for role, label in ROLE_LABELS.items()},
    **dict(Proposal.Kind.choices),
    **dict(SecondFactor.Kind.choices),
    "first": "初次安装",
    "alone": "（没有第二人可确认）",
    "console": "【在服务器上用命令指定，没有经过第二人】",
    "all": "全部",
}


class AccountEvent(models.Model):
    """One thing that happened to an account: a try, a sign-in, a change. The journal of this floor.

    The journal proper stands above and belongs to communities; an account and a failed try belong to none.
    Throttling and the fast switch read their facts here. The database refuses changes.
    """

    class Kind(models.TextChoices):
        """What happened."""

        PASSWORD_TRIED = "password.try", "输入密码"
        PASSWORD_PASSED = "password.pass", "密码正确"
        CODE_TRIED = "code.try", "输入动态码"
        CODE_PASSED = "code.pass", "动态码正确"
        PIN_TRIED = "pin.try", "输入 PIN"
        PIN_PASSED = "pin.pass", "PIN 正确"
        SIGNED_IN = "session.start", "登录"
        SIGNED_OUT = "session.end", "退出"
        PASSWORD_SET = "password.set", "设置密码"
        PASSWORD_RESET = "password.reset", "重置密码"
        PIN_SET = "pin.set", "设置 PIN"
        FACTOR_ADDED = "factor.add", "登记第二验证"
        FACTOR_REMOVED = "factor.remove", "取消第二验证"
        CODES_MADE = "codes.make", "生成恢复码"
        USER_CREATED = "user.create", "新建账号"
        USER_DEACTIVATED = "user.deactivate", "停用账号"
        USER_REACTIVATED = "user.reactivate", "恢复账号"
        ROLE_GRANTED = "role.grant", "授予角色"
        ROLE_REVOKED = "role.revoke", "收回角色"
        PROPOSED = "proposal.ask", "申请，等第二人确认"
        CONFIRMED = "proposal.confirm", "确认申请"
        REFUSED = "proposal.refuse", "驳回申请"

    db_privileges = APPEND_ONLY

    at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    user = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="events"
    )  # null: nobody's login
    by = models.ForeignKey(  # null: the person, or the program
        User, models.PROTECT, null=True, related_name="+", db_index=False
    )
    within = models.ForeignKey(
        Community, models.PROTECT, null=True, related_name="+", db_index=False
    )
    # Whom the try was for, alike for people and for logins that nobody has.
    account_index = BlindIndexField()
    address = models.GenericIPAddressField(null=True)
    # The browser, once a full sign-in has made it known for this account.
    device_index = BlindIndexField()
    epoch = models.PositiveIntegerField(null=True)  # the person's session_epoch then
    second_factor = models.BooleanField(null=True)
    detail = models.CharField(max_length=200, blank=True)  # never a personal value

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["account_index", "at"], name="accounts_event_account"),
            models.Index(fields=["address", "at"], name="accounts_event_address"),
            models.Index(fields=["device_index", "at"], name="accounts_event_device"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.user_id}"

    @property
    def told(self) -> str:
        """Return ``detail`` in the reader's words."""
        return " ".join(_DETAILS.get(word, word) for word in self.detail.split())
