"""The verbs of the staff matrix."""

from guanjia.people.actions.patches import (
    add_patch,
    assign_manager,
    cover_building,
    cover_unit,
    join_team,
    leave_team,
    uncover_building,
    uncover_unit,
)
from guanjia.people.actions.posts import (
    Hire,
    add_department,
    add_post,
    assign_post,
    end_appointment,
    hire,
    leave,
    name_head,
)

__all__ = [
    "Hire",
    "add_department",
    "add_patch",
    "add_post",
    "assign_manager",
    "assign_post",
    "cover_building",
    "cover_unit",
    "end_appointment",
    "hire",
    "join_team",
    "leave",
    "leave_team",
    "name_head",
    "uncover_building",
    "uncover_unit",
]
