"""What is done to accounts. Each action is one transaction with one row in the accounts' log inside."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import F

from guanjia.accounts.access import (
    is_alone,
    is_weighty,
    manages,
    open_grants,
    proposals_in,
)
from guanjia.accounts.events import Kind, record
from guanjia.accounts.models import (
    Community,
    Company,
    Grant,
    Proposal,
    RecoveryCode,
    SecondFactor,
    User,
)
from guanjia.accounts.permissions import WEIGHTY, Permission, Role
from guanjia.accounts.rules import RECOVERY_CODES, may_be_pin, one_time_secret, plain
from guanjia.core.database.advisory import lock_until_commit
from guanjia.core.database.insert import insert
from guanjia.core.refusal import Refusal, Refused
from guanjia.core.sealing.fields import ring

SECRET_LIFE = timedelta(hours=72)
_ALONE = "alone"  # there was no second person to confirm it


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
    user = User(staff_no=plain(staff_no), name=name)
    user.set_phone(phone)
    secret = _give_secret(user, at=at)
    insert(
        user,
        taken=Refusal(
            "这个工号已有账号", "请核对工号；别的项目的同事，请两边都管理的系统管理员照原姓名办理"
        ),
    )
    record(Kind.USER_CREATED, at=at, user=user, by=by, within=community)
    for role in roles:
        grant_role(user=user, community=community, role=role, by=by, at=at)
    return Issued(user, secret)


@transaction.atomic
def let_in(
    *, user: User, community: Community, roles: Iterable[Role], by: User, at: datetime
) -> str | Proposal:
    """Give somebody from another community roles here, and have them prove anew who they are."""
    secret = reset_password(user=user, community=community, by=by, at=at)
    reset_second_factor(user=user, community=community, by=by, at=at)
    for role in roles:
        grant_role(user=user, community=community, role=role, by=by, at=at)
    return secret


@transaction.atomic
def grant_role(
    *, user: User, community: Community, role: Role, by: User | None, at: datetime, how: str = ""
) -> Grant | Proposal:
    """Give ``user`` a role; a role already held stays as it is. ``by`` is None for the program, ``how`` for the log.

    A role of weight waits for a second person.
    """
    if by == user:
        raise Refused(Refusal("不能给自己授权", "请另一位管理员授权"))
    if held := open_grants(user, community).filter(role=role).first():
        return held
    if by is None or role not in WEIGHTY:
        return _grant(user, community, role, by=by, at=at, how=how)
    if is_alone(by, community=community, user=user):
        return _grant(user, community, role, by=by, at=at, how=_ALONE)
    return _ask(Proposal.Kind.GRANT, user, community, role=role, by=by, at=at)


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
    for proposal in proposals_in(community).filter(user=user):
        refuse(proposal=proposal, community=community, by=by, at=at)
    User.objects.filter(pk=user.pk).update(is_active=False, pin_index=None)
    _end_sessions(user)
    record(Kind.USER_DEACTIVATED, at=at, user=user, by=by, within=community)


@transaction.atomic
def reactivate_user(*, user: User, community: Community, by: User, at: datetime) -> str:
    """Open the account of somebody who comes back, without their old roles; returns a one-time secret."""
    _must_manage(by, user)
    if user.is_active:
        raise Refused(Refusal("这个账号没有停用", "不需要恢复"))
    user.is_active = True
    user.save(update_fields=["is_active"])
    record(Kind.USER_REACTIVATED, at=at, user=user, by=by, within=community)
    return _reset_password(user, community, by=by, at=at)


@transaction.atomic
def reset_password(*, user: User, community: Community, by: User, at: datetime) -> str | Proposal:
    """Return a one-time secret that opens the account once, to choose a new password.

    Of somebody with a role of weight it waits for a second person.
    """
    _must_manage(by, user)
    if not is_weighty(user):
        return _reset_password(user, community, by=by, at=at)
    if is_alone(by, community=community, user=user):
        return _reset_password(user, community, by=by, at=at, how=_ALONE)
    return _ask(Proposal.Kind.PASSWORD, user, community, by=by, at=at)


@transaction.atomic
def reset_second_factor(
    *, user: User, community: Community, by: User, at: datetime
) -> Proposal | None:
    """Forget the second factors of somebody who lost their phone; they enrol anew at the next sign-in.

    Of somebody with a role of weight it waits for a second person.
    """
    _must_manage(by, user)
    if by == user:
        raise Refused(Refusal("不能这样取消自己的第二验证", "请在“我的账号”里办理"))
    if not is_weighty(user):
        _forget_factors(user, community, by=by, at=at)
        return None
    if is_alone(by, community=community, user=user):
        _forget_factors(user, community, by=by, at=at, how=_ALONE)
        return None
    return _ask(Proposal.Kind.FACTOR, user, community, by=by, at=at)


@transaction.atomic
def confirm(*, proposal: Proposal, community: Community, by: User, at: datetime) -> str | None:
    """Let what another person asked for take effect. Returns the one-time secret of a new password."""
    proposal = _waiting(proposal, community)
    user = proposal.user
    if by in {proposal.asked_by, user}:
        raise Refused(Refusal("要由第二人确认", "请申请人和本人以外的管理员或主任办理"))
    if not user.is_active:
        raise Refused(Refusal("这个账号已停用", "请驳回这项申请"))
    if proposal.kind != Proposal.Kind.GRANT:
        _must_manage(by, user, Permission.STAFF_APPROVE)
    proposal.confirmed_at, proposal.confirmed_by = at, by
    proposal.save(update_fields=["confirmed_at", "confirmed_by"])
    _record_proposal(Kind.CONFIRMED, proposal, by=by, at=at)
    match proposal.kind:
        case Proposal.Kind.GRANT:
            _grant(user, community, Role(proposal.role), by=by, at=at)
        case Proposal.Kind.PASSWORD:
            return _reset_password(user, community, by=by, at=at)
        case Proposal.Kind.FACTOR:
            _forget_factors(user, community, by=by, at=at)
    return None


@transaction.atomic
def refuse(*, proposal: Proposal, community: Community, by: User, at: datetime) -> None:
    """Turn down, or take back, what was asked for."""
    proposal = _waiting(proposal, community)
    proposal.refused_at, proposal.refused_by = at, by
    proposal.save(update_fields=["refused_at", "refused_by"])
    _record_proposal(Kind.REFUSED, proposal, by=by, at=at)


@transaction.atomic
def set_password(*, user: User, password: str, at: datetime) -> None:
    """Give ``user`` the password they chose; it has been validated. Other sessions end."""
    user.set_password(password)
    user.temporary_until = None
    user.save(update_fields=["password", "temporary_until"])
    _end_sessions(user)  # the fast switch in every browser, too
    record(Kind.PASSWORD_SET, at=at, user=user)


def set_single_keys(*, user: User, on: bool) -> None:
    """Let single letters and digits be keys for ``user``, or not; a taste, which no record is kept of."""
    User.objects.filter(pk=user.pk).update(single_keys=on)


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


def _ask(
    kind: Proposal.Kind,
    user: User,
    community: Community,
    *,
    role: str = "",
    by: User,
    at: datetime,
) -> Proposal:
    """Keep what waits for a second person; asking twice is asking once."""
    proposal, is_new = Proposal.objects.get_or_create(
        community=community,
        user=user,
        kind=kind,
        role=role,
        confirmed_at=None,
        refused_at=None,
        defaults={"asked_by": by, "asked_at": at},
    )
    if is_new:
        _record_proposal(Kind.PROPOSED, proposal, by=by, at=at)
    return proposal


def _waiting(proposal: Proposal, community: Community) -> Proposal:
    """Return the proposal locked. Raises Refused once it is decided."""
    waiting = proposals_in(community).select_for_update(of=("self",))
    if found := waiting.filter(pk=proposal.pk).first():
        return found
    raise Refused(Refusal("这项申请已经办过", "请刷新页面查看"))


def _record_proposal(kind: Kind, proposal: Proposal, *, by: User, at: datetime) -> None:
    detail = f"{proposal.kind} {proposal.role}".strip()
    record(kind, at=at, user=proposal.user, by=by, within=proposal.community, detail=detail)


def _grant(
    user: User, community: Community, role: Role, *, by: User | None, at: datetime, how: str = ""
) -> Grant:
    grant, is_new = Grant.objects.get_or_create(
        community=community, user=user, role=role, revoked_at=None, defaults={"granted_at": at}
    )
    if is_new:
        _end_sessions(user)
        detail = f"{role} {how}".strip()
        record(Kind.ROLE_GRANTED, at=at, user=user, by=by, within=community, detail=detail)
    return grant


def _reset_password(
    user: User, community: Community, *, by: User, at: datetime, how: str = ""
) -> str:
    secret = _give_secret(user, at=at)
    user.pin_index = None
    user.save(update_fields=["password", "temporary_until", "pin_index"])
    record(Kind.PASSWORD_RESET, at=at, user=user, by=by, within=community, detail=how)
    return secret


def _forget_factors(
    user: User, community: Community, *, by: User, at: datetime, how: str = ""
) -> None:
    user.second_factors.all().delete()
    user.recovery_codes.all().delete()
    _end_sessions(user)
    detail = f"all {how}".strip()
    record(Kind.FACTOR_REMOVED, at=at, user=user, by=by, within=community, detail=detail)


def _must_manage(by: User, user: User, permission: Permission = Permission.STAFF_MANAGE) -> None:
    if not manages(by, user, permission):
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
