"""A second person for a community where nobody is left to ask or to confirm: appointed by whoever holds the machine."""

from datetime import datetime

from django.db import transaction

from guanjia.accounts.access import can_be_confirmed
from guanjia.accounts.actions import grant_role
from guanjia.accounts.models import Community, Grant, Proposal, User
from guanjia.accounts.permissions import APPROVING, Role
from guanjia.core.refusal import Refusal, Refused

CONSOLE = "console"


@transaction.atomic
def appoint_approver(
    *, user: User, community: Community, role: Role, at: datetime
) -> Grant | Proposal:
    """Give ``user`` a role that confirms. The accounts' log says that nobody confirmed this.

    Raises Refused while two others are there who can do it in the program, and for a role that confirms nothing.
    """
    if role not in APPROVING or not user.is_active:
        raise Refused(Refusal("只能指定在岗的人为主任或系统管理员", "请换一个人，或换一个角色"))
    if can_be_confirmed(community, user=user):
        raise Refused(
            Refusal(
                "还有两个人可以在程序里办", "请一位在“员工账号”里授予角色，另一位在“待确认”里确认"
            )
        )
    return grant_role(user=user, community=community, role=role, by=None, at=at, how=CONSOLE)
