"""Small makers of departments, staff and patches."""

from datetime import date
from itertools import count
from typing import Any

from guanjia.accounts.models import Community
from guanjia.people.models import Department, Patch, Post, Staff
from guanjia.people.states import DepartmentKind

_next = count(1)


def make_department(*, community: Community, **fields: Any) -> Department:
    """Return a customer service department."""
    n = next(_next)
    defaults = {"kind": DepartmentKind.CUSTOMER_SERVICE, "name": f"客户服务部{n}"}
    return Department.objects.create(community=community, **{**defaults, **fields})


def make_post(*, department: Department, role: str) -> Post:
    """Return a post that carries ``role``."""
    return Post.objects.create(
        community=department.community, department=department, name=f"岗位{next(_next)}", role=role
    )


def make_staff(*, community: Community, **fields: Any) -> Staff:
    """Return a member of staff who joined in 2020, in a department of their own."""
    n = next(_next)
    defaults = {
        "department": fields.get("department") or make_department(community=community),
        "staff_no": f"G{n:04}",
        "name": f"员工{n}",
        "joined_on": date(2020, 1, 1),
    }
    return Staff.objects.create(community=community, **{**defaults, **fields})


def make_patch(*, community: Community, name: str = "") -> Patch:
    """Return a patch without units, manager or team."""
    return Patch.objects.create(community=community, name=name or f"{next(_next)} 区")
