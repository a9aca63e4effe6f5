"""Small makers of the rows that nearly every test needs."""

from datetime import UTC, datetime
from itertools import count

from guanjia.accounts.models import Community, Company, Grant, User
from guanjia.accounts.permissions import Role

MORNING = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)  # 09:30 in Shanghai, a Monday
_next = count(1)


def make_community(**fields: object) -> Community:
    """Return a community of a fictitious company."""
    n = next(_next)
    company, _ = Company.objects.get_or_create(name="示例物业服务有限公司")
    return Community.objects.create(
        **{"company": company, "code": f"c{n}", "name": f"示例花园{n}", **fields}
    )


def make_user(
    *, community: Community | None = None, role: Role | None = None, **fields: object
) -> User:
    """Return a member of staff, with ``role`` in ``community`` when both are given."""
    n = next(_next)
    user = User(**{"staff_no": f"S{n:04}", "name": f"员工{n}", **fields})
    user.set_unusable_password()
    user.save()
    if community and role:
        Grant.objects.create(community=community, user=user, role=role, granted_at=MORNING)
    return user
