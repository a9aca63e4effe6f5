"""The register and its empty template as workbooks."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.core.calendar import business_date
from guanjia.core.workbook import workbook_response
from guanjia.onboarding import export
from guanjia.onboarding.forms import ExportForm


@require_POST
@permits(Permission.REGISTER_EXPORT)
def create(request: StaffRequest) -> HttpResponseBase:
    """Carry the register out; numbers in full need a reason and the right to see them."""
    community, now = request.standing.community, timezone.now()
    form = ExportForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["reveal_reason"][0]))
        return redirect("onboarding:imports", community.code)
    reason = form.cleaned_data["reveal_reason"]
    if reason and not request.standing.may(Permission.PERSONAL_REVEAL):
        raise PermissionDenied
    content = export.export_register(
        community=community, by=request.user, at=now, reveal_reason=reason
    )
    return workbook_response(content, f"{community.name}-{business_date(now)}.xlsx")


@require_safe
@permits(Permission.REGISTER_IMPORT)
def template(request: StaffRequest) -> FileResponse:  # noqa: ARG001 - permits asks for it
    """Give the empty template."""
    return workbook_response(export.template(), "房屋登记模板.xlsx")
