"""The papers of a unit file (业主档案, one file per household)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.accounts.views.answers import answer
from guanjia.core.calendar import business_date
from guanjia.desk.papers import with_paper
from guanjia.desk.unit_forms import DocumentForm
from guanjia.estate.access import unit_for
from guanjia.estate.actions import file_document
from guanjia.estate.household import unit_file
from guanjia.estate.models import Unit, UnitDocument


@require_http_methods(["GET", "POST"])
@permits(Permission.HOUSEHOLD_WRITE)
def new(request: StaffRequest, key: str) -> HttpResponse:
    """Put a paper and its scan into the unit file."""
    unit, day = unit_for(request.standing, key), business_date(timezone.now())
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = DocumentForm(*sent, unit=unit, initial={"received_on": day})
    if form.is_valid() and (paper := _filed(request, unit, form)):
        messages.success(request, say("已归档：%(title)s") % {"title": paper.title})
        return redirect("desk:household-file", unit.community.code, unit.key)
    return answer(request, "desk/unit/document.html", form, unit=unit, file=unit_file(unit, day))


def _filed(request: StaffRequest, unit: Unit, form: DocumentForm) -> UnitDocument | None:
    typed = {name: value for name, value in form.cleaned_data.items() if name != "file"}
    return with_paper(request, form, file_document, unit=unit, **typed)
