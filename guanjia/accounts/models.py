"""People who sign in, the communities they work in, and what they may do there."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac

from guanjia.accounts.permissions import ROLE_LABELS
from guanjia.core.database.fields import CommunityField


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
        return self.get(staff_no__iexact=username)


class User(AbstractBaseUser):
    """A member of staff who signs in. Made by an administrator or the first-run wizard, never by default."""

    staff_no = models.CharField("工号", max_length=20, unique=True)
    name = models.CharField("姓名", max_length=60)
    is_active = models.BooleanField("在岗", default=True)
    # Raised on a change of role or on leaving: every session made before it ends at its next request.
    session_epoch = models.PositiveIntegerField(default=0)

    objects: ClassVar[UserQuerySet] = UserQuerySet()
    USERNAME_FIELD = "staff_no"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_session_auth_hash(self) -> str:
        """Return what a session must carry to stay valid: the password and the epoch."""
        secret = f"{self.password}:{self.session_epoch}"
        return salted_hmac("guanjia.accounts.session", secret, algorithm="sha256").hexdigest()


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
