"""Getters that stay inside the community a person stands in; out of reach is 404."""

from django.shortcuts import get_object_or_404

from guanjia.accounts.access import Standing
from guanjia.people.models import (
    Appointment,
    Department,
    Patch,
    PatchBuilding,
    PatchMember,
    PatchUnit,
    Staff,
)


def department_for(standing: Standing, pk: int) -> Department:
    """Return the department with this id. Raises Http404."""
    rows = Department.objects.select_related("community", "head")
    return get_object_or_404(rows, community=standing.community, pk=pk)


def staff_for(standing: Standing, pk: int) -> Staff:
    """Return the member of staff with this id. Raises Http404."""
    rows = Staff.objects.select_related("community", "department", "user")
    return get_object_or_404(rows, community=standing.community, pk=pk)


def appointment_for(standing: Standing, pk: int) -> Appointment:
    """Return the appointment with this id. Raises Http404."""
    rows = Appointment.objects.select_related("community", "staff", "post")
    return get_object_or_404(rows, community=standing.community, pk=pk)


def patch_for(standing: Standing, pk: int) -> Patch:
    """Return the patch with this id. Raises Http404."""
    rows = Patch.objects.select_related("community")
    return get_object_or_404(rows, community=standing.community, pk=pk)


def member_for(standing: Standing, pk: int) -> PatchMember:
    """Return a person's time in a team. Raises Http404."""
    rows = PatchMember.objects.select_related("community", "patch__community", "staff")
    return get_object_or_404(rows, community=standing.community, pk=pk)


def building_rule_for(standing: Standing, pk: int) -> PatchBuilding:
    """Return the rule that gives a building to a patch. Raises Http404."""
    rows = PatchBuilding.objects.select_related("patch__community")
    return get_object_or_404(rows, community=standing.community, pk=pk)


def unit_rule_for(standing: Standing, pk: int) -> PatchUnit:
    """Return the rule that gives a unit to a patch. Raises Http404."""
    rows = PatchUnit.objects.select_related("patch__community")
    return get_object_or_404(rows, community=standing.community, pk=pk)
