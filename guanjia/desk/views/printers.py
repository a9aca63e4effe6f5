"""The printer at a desk: its offset, its paper, a page to set it by."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_POST, require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.desk import cash_desk
from guanjia.desk.acting import submit
from guanjia.desk.printer import remember
from guanjia.money.payments.access import desk_for
from guanjia.money.payments.forms import FormsForm, OffsetForm, PaperForm
from guanjia.money.payments.models import Desk
from guanjia.money.payments.printing import load_forms, move_print, printer_at
from guanjia.money.payments.reads import active_desks
from guanjia.money.payments.receipt_pdf import Paper, picture, render_test
from guanjia.money.payments.sheets import practice_sheet


@require_safe
@permits(Permission.RECEIPT_PRINT)
def index(request: StaffRequest) -> HttpResponse:
    """Lead to the printer of this browser's desk, or let one be chosen."""
    community = request.standing.community
    if chosen := cash_desk.current(request):
        return redirect("desk:printer", community.code, chosen.pk)
    context = {"desks": active_desks(community)}
    return render(request, "desk/printers/index.html", context)


@require_safe
@permits(Permission.RECEIPT_PRINT)
def detail(request: StaffRequest, desk_id: int) -> HttpResponse:
    """Show where the print lies on the paper and how much paper is left."""
    return _page(request, desk_for(request.standing, desk_id))


@require_POST
@permits(Permission.RECEIPT_PRINT)
def offset(request: StaffRequest, desk_id: int) -> HttpResponse:
    """Move the print."""
    desk = desk_for(request.standing, desk_id)
    form = OffsetForm(request.POST)
    if printer := submit(request, form, move_print, desk=desk):
        remember(request, printer)
        messages.success(request, say("偏移已保存，下一张起照此打印"))
        return redirect("desk:printer", desk.community.code, desk.pk)
    return _page(request, desk, offset_form=form)


@require_POST
@permits(Permission.RECEIPT_PRINT)
def paper(request: StaffRequest, desk_id: int) -> HttpResponse:
    """Say how many three-part forms were loaded."""
    desk = desk_for(request.standing, desk_id)
    form = FormsForm(request.POST)
    if printer := submit(request, form, load_forms, desk=desk):
        remember(request, printer)
        messages.success(request, say("已登记 %(n)s 份三联纸") % {"n": printer.forms_left})
        return redirect("desk:printer", desk.community.code, desk.pk)
    return _page(request, desk, forms_form=form)


@require_safe
@permits(Permission.RECEIPT_PRINT)
def test_page(request: StaffRequest, desk_id: int) -> HttpResponse:
    """Return the page with rulers as PDF, moved as the desk's receipts are."""
    desk = desk_for(request.standing, desk_id)
    place = f"{desk.community.company.name}·{desk.community.name}　{desk.name}"
    offset = printer_at(desk.community, desk.pk).offset
    pdf = render_test(office=place, paper=_paper(request), offset=offset)
    headers = {"Content-Disposition": 'inline; filename="test.pdf"'}
    return HttpResponse(pdf, "application/pdf", headers=headers)


@require_safe
@permits(Permission.RECEIPT_PRINT)
def sample(request: StaffRequest, desk_id: int) -> HttpResponse:
    """Return a practice receipt as a picture, to be seen on the form before anything is printed."""
    desk = desk_for(request.standing, desk_id)
    sheet = practice_sheet(desk.community, cashier=request.user.name, at=timezone.now())
    return HttpResponse(picture(sheet, paper=_paper(request)), "image/svg+xml")


def _paper(request: StaffRequest) -> Paper:
    form = PaperForm(request.GET)
    return form.cleaned_data["paper"] if form.is_valid() else Paper.CONTINUOUS_241


def _page(request: StaffRequest, desk: Desk, **forms: object) -> HttpResponse:
    printer = printer_at(desk.community, desk.pk)
    context = {
        "desk": desk,
        "printer": printer,
        "offset_form": OffsetForm(initial={"dx": printer.dx, "dy": printer.dy}),
        "forms_form": FormsForm(),
        "papers": list(Paper),
        "paper": _paper(request),
        **forms,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/printers/detail.html", context, status=status)
