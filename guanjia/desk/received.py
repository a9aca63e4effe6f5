"""Starting a visit from the form, and where one goes on."""

from datetime import datetime

from django.urls import reverse

from guanjia.accounts.models import User
from guanjia.accounts.permits import StaffRequest
from guanjia.desk.acting import attempt
from guanjia.desk.visit_forms import StartForm
from guanjia.reception import actions
from guanjia.reception.actions import Half
from guanjia.reception.models import Visit
from guanjia.reception.reads import page_of
from guanjia.reception.states import Check


def begin(request: StaffRequest, form: StartForm, *, place: str, half: Half | None) -> Visit | None:
    """Start the visit that the form tells of and record what was verified; both or neither. None when refused."""
    typed = form.cleaned_data

    def start(*, by: User, at: datetime) -> Visit:
        visit = actions.start_visit(
            community=request.standing.community,
            visitor=form.came(),
            purposes=typed["purposes"],
            place=place,
            finishing=typed["finishing"],
            half=half,
            by=by,
            at=at,
        )
        if typed["how"] is not Check.NONE:
            actions.check_identity(visit=visit, how=typed["how"], by=by, at=at)
        return visit

    return attempt(request, form, start)


def place_of(visit: Visit) -> str:
    """Return the address at which the visit goes on: where it was left, its unit's page, or its own."""
    code = visit.community.code
    page = page_of(visit)
    return f"/{code}/{page}" if page else reverse("desk:visit", args=[code, visit.pk])
