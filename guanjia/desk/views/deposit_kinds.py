"""The kinds of deposits that desks take."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods, require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.accounts.views.answers import answer
from guanjia.desk.acting import submit
from guanjia.desk.setting_forms import DepositKindForm
from guanjia.money.deposits.access import kind_for
from guanjia.money.deposits.kinds import add_kind, change_kind
from guanjia.money.deposits.models import DepositKind
from guanjia.money.deposits.reads import kinds_of


@require_safe
@permits(Permission.TARIFF_READ)
def index(request: StaffRequest) -> HttpResponse:
    """List the kinds with what is held of each."""
    context = {
        "kinds": kinds_of(request.standing.community),
        "may_write": request.standing.may(Permission.TARIFF_WRITE),
    }
    return render(request, "desk/deposit_kinds/index.html", context)


@require_http_methods(["GET", "POST"])
@permits(Permission.TARIFF_WRITE)
def new(request: StaffRequest) -> HttpResponse:
    """Add a kind."""
    form = DepositKindForm(request.POST if request.method == "POST" else None)
    if made := submit(request, form, add_kind, community=request.standing.community):
        return _saved(request, made)
    return answer(request, "desk/deposit_kinds/edit.html", form, title=say("新增押金种类"))


@require_http_methods(["GET", "POST"])
@permits(Permission.TARIFF_WRITE)
def edit(request: StaffRequest, kind_id: int) -> HttpResponse:
    """Change a kind, or put it out of use."""
    kind = kind_for(request.standing, kind_id)
    title = say("{kind} · 修改").format(kind=kind.name)
    form = DepositKindForm(request.POST if request.method == "POST" else None, kind=kind)
    if made := submit(request, form, change_kind, kind=kind):
        return _saved(request, made)
    return answer(request, "desk/deposit_kinds/edit.html", form, title=title)


def _saved(request: StaffRequest, kind: DepositKind) -> HttpResponse:
    messages.success(request, say("已保存：{kind}").format(kind=kind.name))
    return redirect("desk:deposit-kinds", request.standing.community.code)
