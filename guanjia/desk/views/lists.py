"""How one likes a list; everybody sets their own."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as say
from django.views.decorators.http import require_POST

from guanjia.accounts.access import standing_in
from guanjia.accounts.lists import (
    DENSITIES,
    LONGEST_QUERY,
    ListPage,
    declared,
    forget_filter,
    save_filter,
    set_look,
)
from guanjia.accounts.permits import StaffRequest, signed_in
from guanjia.core.addresses import inside
from guanjia.core.refusal import Refused
from guanjia.core.text import TextError
from guanjia.desk.undo import offer


class FilterForm(forms.Form):
    """A filter's name and what it asks for."""

    name = forms.CharField(max_length=20)
    query = forms.CharField(max_length=LONGEST_QUERY, required=False)


@require_POST
@signed_in
def look(request: StaffRequest, community: str, page: str) -> HttpResponseRedirect:
    """Keep the columns shown and the height of the rows."""
    standing, listed = standing_in(request.user, community), _declared(page)
    density = request.POST.get("density", "")
    set_look(
        user=request.user,
        community=standing.community,
        page=listed,
        shown=set(request.POST.getlist("column")),
        density=density if density in DENSITIES else "",
    )
    return _back(request, community)


@require_POST
@signed_in
def filters(request: StaffRequest, community: str, page: str) -> HttpResponseRedirect:
    """Keep what is asked for now under a name."""
    standing, listed = standing_in(request.user, community), _declared(page)
    form = FilterForm(request.POST)
    if not form.is_valid():
        messages.error(request, say("没有保存：请给这个筛选起个名字，20 个字以内"))
        return _back(request, community)
    try:
        kept = form.cleaned_data
        save_filter(user=request.user, community=standing.community, page=listed, **kept)
    except (Refused, TextError) as refused:
        messages.error(request, str(getattr(refused, "refusal", refused)))
    else:
        messages.success(request, say("已保存筛选“%(name)s”") % kept)
    return _back(request, community)


@require_POST
@signed_in
def removal(request: StaffRequest, community: str, page: str) -> HttpResponseRedirect:
    """Forget a filter."""
    standing, listed = standing_in(request.user, community), _declared(page)
    name = request.POST.get("name", "")
    here = standing.community
    if gone := forget_filter(user=request.user, community=here, page=listed, name=name):
        words = say("已删去筛选“%(name)s”") % {"name": name}
        request.standing = standing
        offer(request, words, "filter", page=page, name=name, query=gone.query)
    return _back(request, community)


def _declared(name: str) -> ListPage:
    page = declared(name)
    if page is None:
        raise Http404
    return page


def _back(request: StaffRequest, community: str) -> HttpResponseRedirect:
    then = request.POST.get("next", "")
    return redirect(inside(request, then) or f"/{community}/")
