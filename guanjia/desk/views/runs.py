"""The monthly run: what would be issued, what stands in its way, and issuing it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.core.calendar import Month, business_date
from guanjia.core.money import yuan
from guanjia.desk.forms import RunForm
from guanjia.desk.runs import latest_runs, would_issue
from guanjia.money.bills.actions import issue_bills


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
            made = list(
                issue_bills(community=community, month=month, items=items, by=request.user, at=now)
            )
            count, total = sum(m.bill_count for m in made), sum(m.total_fen for m in made)
            words = (
                say("{month} 已出账 {count} 笔，合计 {total} 元")
                if count
                else say("{month} 没有需要新出的账单")
            )
            messages.success(
                request, words.format(month=month.label, count=count, total=yuan(total))
            )
            return redirect(f"{request.path}?{form.address()}")
        preview = would_issue(community=community, month=month, items=items)
    context = {"form": form, "preview": preview, "runs": latest_runs(community)}
    return render(request, "desk/runs/index.html", context, status=200 if form.is_valid() else 422)
