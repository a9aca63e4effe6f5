"""From a workbook to opening balances: template, upload, preview, confirmation, and the workbook given back."""

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_POST, require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.core.refusal import Refused
from guanjia.core.workbook import workbook_response
from guanjia.onboarding.access import opening_file_for
from guanjia.onboarding.actions import kept_file
from guanjia.onboarding.forms import UploadForm
from guanjia.onboarding.opening.actions import confirm, preview
from guanjia.onboarding.opening.examination import examine
from guanjia.onboarding.opening.layout import template as empty_template
from guanjia.onboarding.returned import returned_workbook
from guanjia.onboarding.states import ImportStatus
from guanjia.onboarding.views.openings import index_page
from guanjia.records.actions import note_reveal


@require_safe
@permits(Permission.BILL_RUN)
def template(request: StaffRequest) -> FileResponse:  # noqa: ARG001 - permits asks for it
    """Give the empty template."""
    return workbook_response(empty_template(), "期初模板.xlsx")


@require_POST
@permits(Permission.BILL_RUN)
def create(request: StaffRequest) -> HttpResponse:
    """Take a workbook and lead to its preview."""
    community = request.standing.community
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        words = {"content": file.read(), "file_name": file.name, "at": timezone.now()}
        try:
            row = preview(community=community, by=request.user, **words)
        except Refused as refused:
            form.add_error("file", str(refused.refusal))
        else:
            return redirect("onboarding:opening-file", community.code, row.pk)
    return index_page(request, form)


@require_safe
@permits(Permission.BILL_RUN)
def detail(request: StaffRequest, import_id: int) -> HttpResponse:
    """Show what the workbook would post, or has posted."""
    row = opening_file_for(request.standing, import_id)
    context = {
        "row": row,
        "report": row.report,
        "is_open": row.status == ImportStatus.PREVIEWED and row.content is not None,
        "more": row.report["bad"] + row.report["warnings"] - len(row.report["findings"]),
    }
    return render(request, "onboarding/opening/file.html", context)


@require_POST
@permits(Permission.BILL_RUN)
def confirmation(request: StaffRequest, import_id: int) -> HttpResponse:
    """Post the workbook, whole or not at all, and lead to its trial balance."""
    row, code = opening_file_for(request.standing, import_id), request.standing.community.code
    try:
        outcome = confirm(row=row, by=request.user, at=timezone.now())
        refusal = outcome.refusal
    except Refused as refused:
        outcome, refusal = None, refused.refusal
    if outcome is None or outcome.opening is None:
        messages.error(request, str(refusal))
        return redirect("onboarding:opening-file", code, row.pk)
    done = say("期初数已入账，请核对后签字")
    same = say("与已入账的期初数相同，什么也没有改变")
    messages.success(request, done if outcome.is_new else same)
    return redirect("onboarding:opening", code, outcome.opening.pk)


@require_POST
@permits(Permission.BILL_RUN)
def returned(request: StaffRequest, import_id: int) -> HttpResponseBase:
    """Give the workbook back with its 错误 column; its numbers stand in full, which leaves a trace (D7)."""
    row, now = opening_file_for(request.standing, import_id), timezone.now()
    try:
        examined = examine(community=row.community, content=kept_file(row))
    except Refused as refused:
        messages.error(request, str(refused.refusal))
        return redirect("onboarding:opening-file", request.standing.community.code, row.pk)
    in_full = row.by_id == request.user.pk or request.standing.may(Permission.PERSONAL_REVEAL)
    if in_full:
        reason = say("下载带“错误”列的原表")
        note_reveal(subject=row, field="content", reason=reason, by=request.user, at=now)
    name = say("错误-{name}").format(name=row.file_name)
    return workbook_response(returned_workbook(examined, in_full=in_full), name)
