"""The cash desks: opened and closed by an administrator, chosen by whoever takes money at one."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods, require_POST

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.accounts.views.answers import answer
from guanjia.core.addresses import inside
from guanjia.desk import cash_desk
from guanjia.desk.acting import press, submit
from guanjia.desk.forms import DeskForm
from guanjia.desk.setting_forms import OpeningForm
from guanjia.desk.undo import offer
from guanjia.money.payments.access import any_desk_for, desk_for
from guanjia.money.payments.actions import close_desk, open_desk, reopen_desk
from guanjia.money.payments.models import Desk
from guanjia.money.payments.reads import active_desks


@require_http_methods(["GET", "POST"])
@permits(Permission.PAYMENT_TAKE)
def choose(request: StaffRequest) -> HttpResponse:
    """Work at the desk from now on, and go back to where the choice was made; a GET asks at which."""
    if request.method == "GET":
        desks = active_desks(request.standing.community)
        context = {"cash_desk": cash_desk.current(request), "desks": desks}
        return render(request, "desk/desks/choice.html", context)
    form = DeskForm(request.POST)
    if form.is_valid():
        left = cash_desk.current(request)
        desk = desk_for(request.standing, form.cleaned_data["desk"])
        cash_desk.choose(request, desk)
        if left and left.pk != desk.pk:
            offer(request, say("已换到%(name)s") % {"name": desk.name}, "desk", desk=left.pk)
        if then := inside(request, form.cleaned_data["next"]):
            return redirect(then)
    return redirect("desk:workbench", request.standing.community.code)


@require_http_methods(["GET", "POST"])
@permits(Permission.COMMUNITY_MANAGE)
def index(request: StaffRequest) -> HttpResponse:
    """List the desks and how far their receipts are, and open another."""
    community = request.standing.community
    form = OpeningForm(request.POST or None)
    if desk := submit(request, form, open_desk, community=community):
        messages.success(request, say("已添加收银台“{name}”").format(name=desk.name))
        return redirect("desk:desks", community.code)
    desks = Desk.objects.filter(community=community).order_by("-is_active", "name")
    return answer(request, "desk/desks/index.html", form, desks=desks)


@require_POST
@permits(Permission.COMMUNITY_MANAGE)
def closing(request: StaffRequest, desk_id: int) -> HttpResponseRedirect:
    """Take no more money at a desk."""
    desk = any_desk_for(request.standing, desk_id)
    press(request, close_desk, desk=desk)
    if desk.is_active:
        offer(request, say("已停用%(name)s") % {"name": desk.name}, "closing", desk=desk.pk)
    return redirect("desk:desks", request.standing.community.code)


@require_POST
@permits(Permission.COMMUNITY_MANAGE)
def reopening(request: StaffRequest, desk_id: int) -> HttpResponseRedirect:
    """Take money at a desk again."""
    desk = any_desk_for(request.standing, desk_id)
    press(request, reopen_desk, desk=desk)
    if not desk.is_active:
        offer(request, say("已重新启用%(name)s") % {"name": desk.name}, "reopening", desk=desk.pk)
    return redirect("desk:desks", request.standing.community.code)
