"""From a workbook to a register: upload, preview, columns, confirmation, and the workbook given back."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanjia.accounts.lists import declare, look_at
from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.core.refusal import Refused
from guanjia.core.workbook import workbook_response
from guanjia.onboarding.access import import_for
from guanjia.onboarding.actions import PRICES, choose_columns, confirm, kept_file, preview
from guanjia.onboarding.examination import examine
from guanjia.onboarding.forms import ColumnsForm, ConfirmForm, ExportForm, ImportFilter, UploadForm
from guanjia.onboarding.models import Import
from guanjia.onboarding.plan import KINDS
from guanjia.onboarding.returned import returned_workbook
from guanjia.onboarding.states import ImportKind, ImportStatus
from guanjia.records.actions import note_reveal

_LATEST = 20
LIST = declare("imports", by=_("经手人"))


@require_http_methods(["GET", "POST"])
@permits(Permission.REGISTER_IMPORT)
def index(request: StaffRequest) -> HttpResponse:
    """Show the latest imports; a POST brings a workbook and leads to its preview."""
    community = request.standing.community
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            row = preview(
                community=community,
                content=file.read(),
                file_name=file.name,
                by=request.user,
                at=timezone.now(),
            )
        except Refused as refused:
            form.add_error("file", str(refused.refusal))
        else:
            return redirect("onboarding:import", community.code, row.pk)
    return _index(request, form)


def _index(request: StaffRequest, form: UploadForm) -> HttpResponse:
    rows = Import.objects.filter(
        community=request.standing.community, kind=ImportKind.REGISTER
    ).defer("content", "report")
    chosen = ImportFilter(request.GET)
    context = {
        "form": form,
        "export_form": ExportForm(),
        "filter": chosen,
        "look": look_at(request, LIST),
        "imports": chosen.of(rows).select_related("by").order_by("-at")[:_LATEST],
        "may_export": request.standing.may(Permission.REGISTER_EXPORT),
        "may_reveal": request.standing.may(Permission.PERSONAL_REVEAL),
    }
    status = 422 if form.errors else 200
    return render(request, "onboarding/imports/index.html", context, status=status)


@require_safe
@permits(Permission.REGISTER_IMPORT)
def detail(request: StaffRequest, import_id: int) -> HttpResponse:
    """Show what an import would do, or has done."""
    row = import_for(request.standing, import_id)
    counts = row.report["counts"]  # jsonb keeps no order
    may_price = request.standing.may(Permission.TARIFF_WRITE)
    context = {
        "row": row,
        "refusal": PRICES if row.report.get("sets_prices") and not may_price else None,
        "report": row.report,
        "counts": [(kind, counts[kind]) for kind in KINDS.values() if kind in counts],
        "is_open": row.status == ImportStatus.PREVIEWED and row.content is not None,
        "columns": ColumnsForm(row.report["columns"]),
        "form": ConfirmForm(),
        "more": row.report["bad"] + row.report["warnings"] - len(row.report["findings"]),
    }
    return render(request, "onboarding/imports/detail.html", context)


@require_POST
@permits(Permission.REGISTER_IMPORT)
def columns(request: StaffRequest, import_id: int) -> HttpResponse:
    """Keep what the headings mean, and preview again."""
    row = import_for(request.standing, import_id)
    form = ColumnsForm(row.report["columns"], request.POST)
    if form.is_valid():
        try:
            choose_columns(row=row, chosen=form.chosen(), by=request.user, at=timezone.now())
        except Refused as refused:
            messages.error(request, str(refused.refusal))
    return redirect("onboarding:import", request.standing.community.code, row.pk)


@require_POST
@permits(Permission.REGISTER_IMPORT)
def confirmation(request: StaffRequest, import_id: int) -> HttpResponse:
    """Take the workbook in, whole or not at all."""
    row = import_for(request.standing, import_id)
    form = ConfirmForm(request.POST)
    skip_bad = form.is_valid() and form.cleaned_data["skip_bad"]
    try:
        outcome = confirm(row=row, skip_bad=skip_bad, by=request.user, at=timezone.now())
        refusal = outcome.refusal
    except Refused as refused:
        refusal = refused.refusal
    if refusal is None:
        messages.success(request, say("已导入"))
    else:
        messages.error(request, str(refusal))
    return redirect("onboarding:import", request.standing.community.code, row.pk)


@require_POST
@permits(Permission.REGISTER_IMPORT)
def returned(request: StaffRequest, import_id: int) -> HttpResponseBase:
    """Give the workbook back with its 错误 column, compared with what is on file now.

    Its numbers stand in full, which leaves a trace (D7), for who brought it or may see them anyway.
    """
    row, now = import_for(request.standing, import_id), timezone.now()
    in_full = row.by_id == request.user.pk or request.standing.may(Permission.PERSONAL_REVEAL)
    try:
        examined = examine(
            community=row.community, content=kept_file(row), file_name=row.file_name, at=now
        )
    except Refused as refused:
        messages.error(request, str(refused.refusal))
        return redirect("onboarding:import", request.standing.community.code, row.pk)
    if in_full:
        reason = say("下载带“错误”列的原表")
        note_reveal(subject=row, field="content", reason=reason, by=request.user, at=now)
    name = say("错误-{name}").format(name=row.file_name)
    return workbook_response(returned_workbook(examined, in_full=in_full), name)
