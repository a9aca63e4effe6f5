"""A second person's name under something done in a colleague's session: their own PIN or password, no sign-in."""

import re
from datetime import datetime

from django.http import HttpRequest

from guanjia.accounts.access import Standing, standings_of
from guanjia.accounts.events import TooManyTriesError
from guanjia.accounts.models import User
from guanjia.accounts.permissions import Permission
from guanjia.accounts.rules import PIN_DIGITS
from guanjia.accounts.sign_in import check_password
from guanjia.accounts.switching import check_pin
from guanjia.core.refusal import Refusal, Refused

_PIN = re.compile(rf"\d{{{PIN_DIGITS}}}", re.ASCII)
_WRONG = Refusal(
    "签名人的工号与密码（或 PIN）不符",
    "请本人重新输入；PIN 只在 12 小时内本人完整登录过的电脑上有效，别处请用密码",
)
_TOO_MANY = Refusal("签名试的次数太多", "请过 15 分钟再试，或换一位同事签名")
_ONESELF = Refusal("签名人不能是自己", "请另一位同事输入自己的工号和密码")


def signature(
    request: HttpRequest, *, login: str, secret: str, permission: Permission, at: datetime
) -> Standing:
    """Return the standing of whoever's login and secret these are, in the community of the page.

    Six digits are tried as a PIN, as for the fast switch and within its limit. Raises Refused where they do
    not fit, belong to the person in whose session it happens, or to somebody who may not sign this.
    """
    owner = User.objects.by_login(login)
    here: Standing = request.standing  # type: ignore[attr-defined]  # behind @permits
    if owner == here.user:
        raise Refused(_ONESELF)
    user = _proven(request, owner, login=login, secret=secret, at=at)
    held = [s for s in standings_of(user) if s.community == here.community]
    if not held or not held[0].may(permission):
        raise Refused(Refusal(f"{user.name}在本项目不能签这个字", "请换一位有权限的同事签名"))
    return held[0]


def _proven(
    request: HttpRequest, owner: User | None, *, login: str, secret: str, at: datetime
) -> User:
    if owner and _PIN.fullmatch(secret) and check_pin(request, user_id=owner.pk, pin=secret, at=at):
        return owner
    try:
        user = check_password(request, login=login, password=secret, at=at)
    except TooManyTriesError as limit:
        raise Refused(_TOO_MANY) from limit
    if user is None or not user.is_active:
        raise Refused(_WRONG)
    return user
