"""The price list: items, tariffs, and their versions with evidence (FEE-R4)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form, model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods, require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.core.calendar import business_date
from guanjia.core.refusal import Refused
from guanjia.desk.forms import ItemForm, TariffForm, VersionForm
from guanjia.desk.prices import price_list
from guanjia.money.tariffs.access import item_for, tariff_for
from guanjia.money.tariffs.actions import (
    add_item,
    add_tariff,
    change_item,
    publish_version,
)


@require_safe
@permits(Permission.TARIFF_READ)
def index(request: StaffRequest) -> HttpResponse:
    """Show what is charged for, at which price, since when and on what evidence."""
    context = {
        "items": price_list(request.standing.community, business_date(timezone.now())),
        "may_write": request.standing.may(Permission.TARIFF_WRITE),
    }
    return render(request, "desk/tariffs/index.html", context)


@require_http_methods(["GET", "POST"])
@permits(Permission.TARIFF_WRITE)
def new_item(request: StaffRequest) -> HttpResponse:
    """Add a charge item."""
    form = ItemForm(request.POST or None)
    community = request.standing.community

    def add() -> Any:
        return add_item(
            community=community, by=request.user, at=timezone.now(), **form.cleaned_data
        )

    return _edit(request, form, add, say("新增收费项目"))


@require_http_methods(["GET", "POST"])
@permits(Permission.TARIFF_WRITE)
def item(request: StaffRequest, item_id: int) -> HttpResponse:
    """Change an item: its name, its place, whether desks charge for it once."""
    changed = item_for(request.standing, item_id)
    form = ItemForm(request.POST or None, initial=model_to_dict(changed))
    del form.fields["is_agency"]

    def change() -> Any:
        return change_item(item=changed, by=request.user, at=timezone.now(), **form.cleaned_data)

    return _edit(request, form, change, say("{item} · 修改").format(item=changed.name))


@require_http_methods(["GET", "POST"])
@permits(Permission.TARIFF_WRITE)
def new_tariff(request: StaffRequest, item_id: int) -> HttpResponse:
    """Add a tariff of an item with its first version."""
    item, form = item_for(request.standing, item_id), TariffForm(request.POST or None)

    def add() -> Any:
        return add_tariff(item=item, by=request.user, at=timezone.now(), **form.terms())

    return _edit(request, form, add, say("{item} · 新增收费标准").format(item=item.name))


@require_http_methods(["GET", "POST"])
@permits(Permission.TARIFF_WRITE)
def new_version(request: StaffRequest, tariff_id: int) -> HttpResponse:
    """Publish a new version; bills already issued keep theirs."""
    tariff = tariff_for(request.standing, tariff_id)
    latest = tariff.versions.order_by("-effective_from").first()
    form = VersionForm(request.POST or None, latest=latest)

    def publish() -> Any:
        return publish_version(tariff=tariff, by=request.user, at=timezone.now(), **form.terms())

    title = say("{item} · {tariff} · 发布新版本")
    return _edit(request, form, publish, title.format(item=tariff.item.name, tariff=tariff.name))


def _edit(request: StaffRequest, form: Form, act: Callable[[], Any], title: str) -> HttpResponse:
    """Act on a valid form and go back to the list; a refusal stands on top of the form."""
    refusal = None
    if form.is_valid():
        try:
            act()
        except Refused as refused:
            refusal = refused.refusal
        else:
            messages.success(request, say("已保存：{title}").format(title=title))
            return redirect("desk:tariffs", request.standing.community.code)
    context = {"form": form, "title": title, "refusal": refusal}
    return render(request, "desk/tariffs/edit.html", context, status=422 if form.is_bound else 200)
