"""A person's own page: particulars, what they are to which units, doubles on file."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.accounts.views.answers import answer
from guanjia.desk.acting import attempt, press, reason_of
from guanjia.desk.resident_forms import ChangePartyForm, MergeForm
from guanjia.estate import actions
from guanjia.estate.access import merged_party_for, party_for
from guanjia.estate.duplicates import alike, held_by
from guanjia.estate.models import Party, Tenure
from guanjia.estate.parties import Particulars
from guanjia.estate.search import find_parties

_MOST_TYPED = 60


@require_safe
@permits(Permission.HOUSEHOLD_READ)
def detail(request: StaffRequest, party_id: int) -> HttpResponse:
    """Show a person, what they are to which units, and who on file may be the same person."""
    party = party_for(request.standing, party_id)
    here = {"community": party.community, "party": party}
    merged = Party.objects.filter(community=party.community, merged_into=party).order_by("pk")
    context = {
        "party": party,
        "tenures": Tenure.objects.filter(**here).select_related("unit").order_by("-begins_on"),
        "likes": alike(party.community, _known(party), but=party),
        "merged": merged,
        "may_write": request.standing.may(Permission.HOUSEHOLD_WRITE),
        "may_reveal": request.standing.may(Permission.PERSONAL_REVEAL),
    }
    return render(request, "desk/resident/party.html", context)


@require_http_methods(["GET", "POST"])
@permits(Permission.HOUSEHOLD_WRITE)
def edit(request: StaffRequest, party_id: int) -> HttpResponse:
    """Change what is known of a person (资料变更)."""
    party = party_for(request.standing, party_id)
    form = ChangePartyForm(request.POST or None, party=party)
    if form.is_valid():
        words = {"particulars": form.particulars(), "reason": form.cleaned_data["reason"]}
        if attempt(request, form, actions.change_party, party=party, **words):
            messages.success(request, say("资料已变更"))
            for warning in form.warnings:
                messages.warning(request, warning)
            return _page(request, party)
    return answer(request, "desk/resident/edit.html", form, party=party)


@require_safe
@permits(Permission.HOUSEHOLD_WRITE)
def merge_choice(request: StaffRequest, party_id: int) -> HttpResponse:
    """Choose the double to compare with: those alike first, or whoever is searched for."""
    party, text = party_for(request.standing, party_id), request.GET.get("q", "")[:_MOST_TYPED]
    likes = [] if text else alike(party.community, _known(party), but=party)
    found = [like.party for like in likes] or find_parties(request.standing, text)
    found = [other for other in found if other != party]
    holds = held_by(party.community, found)
    context = {
        "party": party,
        "text": text,
        "found": [(other, holds[other.pk]) for other in found],
    }
    return render(request, "desk/resident/merge_choice.html", context)


@require_http_methods(["GET", "POST"])
@permits(Permission.HOUSEHOLD_WRITE)
def merge(request: StaffRequest, party_id: int, other_id: int) -> HttpResponse:
    """Compare two parties side by side and let one stand for both."""
    party, other = party_for(request.standing, party_id), party_for(request.standing, other_id)
    if party == other:
        raise Http404
    form = MergeForm(request.POST or None, pair=(party, other))
    if form.is_valid():
        kept, double = (party, other) if form.cleaned_data["keep"] == party.pk else (other, party)
        words = {"duplicate": double, "into": kept, "reason": form.cleaned_data["reason"]}
        if attempt(request, form, actions.merge_parties, **words):
            messages.success(request, say("两份资料已合并"))
            return _page(request, kept)
    rows, pair = _compared(party, other), (party, other)
    return answer(request, "desk/resident/merge.html", form, party=party, rows=rows, pair=pair)


@require_POST
@permits(Permission.HOUSEHOLD_WRITE)
def split(request: StaffRequest, party_id: int) -> HttpResponse:
    """Undo a merge: what the double brought along goes back to it."""
    party = merged_party_for(request.standing, party_id)
    press(request, actions.split_party, party=party, reason=reason_of(request))
    return _page(request, party)


def _known(party: Party) -> Particulars:
    return Particulars(party.name, phone=party.phone or "", id_number=party.id_number or "")


def _compared(party: Party, other: Party) -> list[tuple[str, str, str, bool | None]]:
    """Return the rows of the comparison: label, left, right, whether they agree where that tells anything."""
    holds = held_by(party.community, [party, other])
    units = ["、".join(holds[each.pk]) for each in (party, other)]
    return [
        (say("姓名"), party.name, other.name, party.name == other.name),
        (
            say("类别"),
            party.get_kind_display(),
            other.get_kind_display(),
            party.kind == other.kind,
        ),
        (say("电话"), party.masked_phone, other.masked_phone, party.phone == other.phone),
        (say("证件号"), party.masked_id, other.masked_id, party.id_number == other.id_number),
        (say("接待提示"), party.note, other.note, None),
        (say("登记在"), units[0], units[1], None),
    ]


def _page(request: StaffRequest, party: Party) -> HttpResponse:
    return redirect("desk:party", request.standing.community.code, party.pk)
