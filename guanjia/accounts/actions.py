"""What is done to accounts. Each action is one transaction with one row in the accounts' log inside."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import F

from guanjia.accounts.access import manages
from guanjia.accounts.events import Kind, record
from guanjia.accounts.models import Community, Company, Grant, RecoveryCode, SecondFactor, User
from guanjia.accounts.permissions import Role
from guanjia.accounts.rules import RECOVERY_CODES, may_be_pin, one_time_secret, plain
from guanjia.core.database.advisory import lock_until_commit
from guanjia.core.refusal import Refusal, Refused
from guanjia.core.sealing.fields import ring

SECRET_LIFE = timedelta(hours=72)


class Issued(NamedTuple):
    """A person and the one-time secret to hand to them; it is shown once and kept nowhere."""

    user: User
    secret: str


@transaction.atomic
def set_up(
    *,
    company: str,
    community: str,
    code: str,
    cut_over_on: date,
    staff_no: str,
    name: str,
    password: str,
    at: datetime,
) -> User:
    """Make the first company, community and administrator. Raises Refused once anybody is there."""
    lock_until_commit("accounts.set_up")
    if User.objects.exists():
        raise Refused(Refusal("系统已经有账号", "请直接登录，或请系统管理员新建账号"))
    place = Community.objects.create(
        company=Company.objects.create(name=company),
        code=code,
        name=community,
        cut_over_on=cut_over_on,
    )
    user = User(staff_no=plain(staff_no), name=name)
    user.set_password(password)
    user.save()
    record(Kind.USER_CREATED, at=at, user=user, within=place, detail="first")
    grant_role(user=user, community=place, role=Role.ADMINISTRATOR, by=None, at=at)
    return user


@transaction.atomic
def create_user(
    *,
    community: Community,
    staff_no: str,
    name: str,
    phone: str = "",
    roles: Iterable[Role] = (),
    by: User | None,
    at: datetime,
) -> Issued:
    """Make an account with a one-time secret. Raises Refused when the staff number is taken."""
    if User.objects.filter(staff_no=plain(staff_no)).exists():
        raise Refused(Refusal("这个工号已有账号", "请核对工号；同一人在本项目任职，姓名要填得一样"))
    user = User(staff_no=plain(staff_no), name=name)
    user.set_phone(phone)
    secret = _give_secret(user, at=at)
    user.save()
    record(Kind.USER_CREATED, at=at, user=user, by=by, within=community)
    for role in roles:
        grant_role(user=user, community=community, role=role, by=by, at=at)
    return Issued(user, secret)


@transaction.atomic
def grant_role(
    *, user: User, community: Community, role: Role, by: User | None, at: datetime
) -> Grant:
    """Give ``user`` a role; a role already held stays as it is. ``by`` is None for the program."""
    if by == user:
        raise Refused(Refusal("不能给自己授权", "请另一位管理员授权"))
    grant, is_new = Grant.objects.get_or_create(
        community=community, user=user, role=role, revoked_at=None, defaults={"granted_at": at}
    )
    if is_new:
        _end_sessions(user)
        record(Kind.ROLE_GRANTED, at=at, user=user, by=by, within=community, detail=role)
    return grant


@transaction.atomic
def revoke_role(*, grant: Grant, community: Community, by: User | None, at: datetime) -> None:
    """Take a role in ``community`` back; one that is taken back already stays so."""
    if by == grant.user:
        raise Refused(Refusal("不能收回自己的角色", "请另一位管理员办理"))
    open_grant = Grant.objects.filter(pk=grant.pk, community=community, revoked_at=None)
    if open_grant.update(revoked_at=at):
        _end_sessions(grant.user)
        record(
            Kind.ROLE_REVOKED, at=at, user=grant.user, by=by, within=community, detail=grant.role
        )


@transaction.atomic
def deactivate_user(*, user: User, community: Community, by: User, at: datetime) -> None:
    """Close the account of somebody who leaves: roles, sessions, PIN and one-time secrets end now."""
    _must_manage(by, user)
    if by == user:
        raise Refused(Refusal("不能停用自己的账号", "请另一位管理员办理"))
    for grant in Grant.objects.filter(user=user, revoked_at=None):
        revoke_role(grant=grant, community=grant.community, by=by, at=at)
    User.objects.filter(pk=user.pk).update(is_active=False, pin_index=None)
    _end_sessions(user)
    record(Kind.USER_DEACTIVATED, at=at, user=user, by=by, within=community)


@transaction.atomic
def reset_password(*, user: User, community: Community, by: User, at: datetime) -> str:
    """Return a one-time secret that opens the account once, to choose a new password."""
    _must_manage(by, user)
    secret = _give_secret(user, at=at)
    user.pin_index = None
    user.save(update_fields=["password", "temporary_until", "pin_index"])
    record(Kind.PASSWORD_RESET, at=at, user=user, by=by, within=community)
    return secret


@transaction.atomic
def reset_second_factor(*, user: User, community: Community, by: User, at: datetime) -> None:
    """Forget the second factors of somebody who lost their phone; they enrol anew at the next sign-in."""
    _must_manage(by, user)
    if by == user:
        raise Refused(Refusal("不能这样取消自己的第二验证", "请在“我的账号”里办理"))
    user.second_factors.all().delete()
    user.recovery_codes.all().delete()
    _end_sessions(user)
    record(Kind.FACTOR_REMOVED, at=at, user=user, by=by, within=community, detail="all")


@transaction.atomic
def set_password(*, user: User, password: str, at: datetime) -> None:
    """Give ``user`` the password they chose; it has been validated. Other sessions end."""
    user.set_password(password)
    user.temporary_until = None
    user.save(update_fields=["password", "temporary_until"])
    record(Kind.PASSWORD_SET, at=at, user=user)


@transaction.atomic
def set_pin(*, user: User, pin: str, at: datetime) -> None:
    """Set the PIN of the fast switch. Raises Refused for one that is easily guessed."""
    verdict = may_be_pin(pin, staff_no=user.staff_no)
    if isinstance(verdict, Refusal):
        raise Refused(verdict)
    user.pin_index = user.pin_as_kept(pin)
    user.save(update_fields=["pin_index"])
    record(Kind.PIN_SET, at=at, user=user)


@transaction.atomic
def add_second_factor(
    *, user: User, kind: SecondFactor.Kind, name: str, secret: str, at: datetime
) -> list[str]:
    """Enrol a factor. Returns ten recovery codes with the first one, to be shown once, else none."""
    is_first = not user.has_second_factor
    if kind == SecondFactor.Kind.TOTP:
        user.second_factors.filter(kind=kind).delete()  # a new phone takes the old one's place
    SecondFactor.objects.create(user=user, kind=kind, name=name, secret=secret, created_at=at)
    record(Kind.FACTOR_ADDED, at=at, user=user, detail=kind)
    return make_recovery_codes(user=user, at=at) if is_first else []


@transaction.atomic
def remove_second_factor(*, factor: SecondFactor, at: datetime) -> None:
    """Forget one of a person's own factors; with the last, the recovery codes go too."""
    user, kind = factor.user, factor.kind
    factor.delete()
    if not user.has_second_factor:
        user.recovery_codes.all().delete()
    record(Kind.FACTOR_REMOVED, at=at, user=user, detail=kind)


@transaction.atomic
def make_recovery_codes(*, user: User, at: datetime) -> list[str]:
    """Return ten new recovery codes; the old ones are void."""
    codes = [one_time_secret(groups=2) for _ in range(RECOVERY_CODES)]
    user.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, code_index=recovery_code_as_kept(user, code)) for code in codes
    )
    record(Kind.CODES_MADE, at=at, user=user)
    return codes


def recovery_code_as_kept(user: User, code: str) -> bytes:
    """Return how a recovery code stands in the database."""
    return ring().index(f"{user.pk}:{plain(code)}", purpose="recovery_code")


def _must_manage(by: User, user: User) -> None:
    if not manages(by, user):
        raise Refused(
            Refusal(
                "这个人还在您不管理的项目任职", "请两边都管理的系统管理员办理，或只收回本项目的角色"
            )
        )


def _give_secret(user: User, *, at: datetime) -> str:
    secret = one_time_secret()
    user.set_password(secret)
    user.temporary_until = at + SECRET_LIFE
    return secret


def _end_sessions(user: User) -> None:
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch", "is_active", "pin_index"])
