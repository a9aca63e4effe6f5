"""The monthly run: what would be issued, what stands in its way, and issuing it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.core.calendar import Month, business_date
from guanjia.core.refusal import Refused
from guanjia.desk.forms import RunForm
from guanjia.desk.runs import issue, latest_runs, would_issue


@require_http_methods(["GET", "POST"])
@permits(Permission.BILL_RUN)
def index(request: StaffRequest) -> HttpResponse:
    """Preview the month chosen; a POST issues it, and issuing again adds only what is missing."""
    community, now = request.standing.community, timezone.now()
    given = request.POST or request.GET or {"month": str(Month.of(business_date(now)))}
    form = RunForm(given, community=community)
    preview = None
    if form.is_valid():
        month, items = form.cleaned_data["month"], form.chosen()
        if request.method == "POST":
            try:
                messages.success(request, issue(community, month, items, by=request.user, at=now))
            except Refused as refused:
                messages.error(request, str(refused.refusal))
            return redirect(f"{request.path}?{form.address()}")
        preview = would_issue(community=community, month=month, items=items)
    context = {"form": form, "preview": preview, "runs": latest_runs(community)}
    return render(request, "desk/runs/index.html", context, status=200 if form.is_valid() else 422)
