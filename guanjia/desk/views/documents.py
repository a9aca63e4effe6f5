"""The papers of a unit file (业主档案, one file per household)."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods

from guanjia.accounts.models import User
from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.accounts.views.answers import answer
from guanjia.core.calendar import business_date
from guanjia.desk.acting import attempt
from guanjia.desk.unit_forms import DocumentForm
from guanjia.estate.access import unit_for
from guanjia.estate.actions import file_document
from guanjia.estate.household import unit_file
from guanjia.estate.models import Unit, UnitDocument
from guanjia.records.attachments import attach
from guanjia.records.file_kinds import UnfitFileError


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
    """File the paper; a scan that is not taken in is told at its field.

    Papers show names, phones and ID numbers in full: who may open them is who may see those.
    """
    typed = dict(form.cleaned_data)
    scan = typed.pop("file")

    def keep(*, by: User, at: datetime) -> UnitDocument:
        kept = scan and attach(
            community=unit.community,
            file=scan,
            name=scan.name,
            permission=Permission.PERSONAL_REVEAL,
            by=by,
            at=at,
        )
        return file_document(unit=unit, attachment=kept, by=by, at=at, **typed)

    try:
        return attempt(request, form, keep)
    except UnfitFileError as unfit:
        form.add_error("file", str(unfit))
        return None
