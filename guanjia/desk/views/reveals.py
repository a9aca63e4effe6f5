"""Seeing a full phone or ID number, which leaves a trace."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.desk.forms import RevealForm
from guanjia.estate.access import party_for
from guanjia.records.actions import reveal


@require_POST
@permits(Permission.PERSONAL_REVEAL)
def create(request: StaffRequest, party_id: int) -> HttpResponse:
    """Return the number in full once a reason is given (D7)."""
    party, form = party_for(request.standing, party_id), RevealForm(request.POST)
    if not form.is_valid():
        field = "id_number" if request.POST.get("field") == "id_number" else "phone"
        context = {"form": form, "party": party, "field": field}
        answer = render(request, "desk/household/_reveal_form.html", context, status=422)
        return retarget(reswap(answer, "outerHTML"), f"#reveal-form-{field}-{party.pk}")
    number = reveal(
        subject=party,
        field=form.cleaned_data["field"],
        reason=form.cleaned_data["reason"],
        by=request.user,
        at=timezone.now(),
    )
    return render(request, "desk/household/_revealed.html", {"number": number})
