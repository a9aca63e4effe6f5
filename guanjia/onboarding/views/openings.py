"""An office's opening balances: where they stand, their trial balance, its two names, and taking them back."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_POST, require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.core.refusal import Refused
from guanjia.core.text import TextError
from guanjia.money.bills.models import Opening
from guanjia.money.opening.actions import sign_opening
from guanjia.money.opening.models import Signature, Withdrawal, state
from guanjia.money.opening.rules import NO_CUT_OVER, may_sign
from guanjia.money.opening.states import (
    SIGNED,
    TRANSITIONS,
    OpeningState,
    Part,
    state_of,
)
from guanjia.money.opening.withdrawing import withdraw_opening
from guanjia.onboarding.access import opening_for
from guanjia.onboarding.forms import SignForm, UploadForm, WithdrawForm
from guanjia.onboarding.models import Import
from guanjia.onboarding.opening.sheet import opening_sheet
from guanjia.onboarding.states import ImportKind
from guanjia.reports.sheet import Sheet
from guanjia.reports.views.answering import carried

_LATEST = 10


@require_safe
@permits(Permission.LEDGER_READ)
def index(request: StaffRequest) -> HttpResponse:
    """Show the openings, and lead to bringing a workbook."""
    return index_page(request, UploadForm())


def index_page(request: StaffRequest, form: UploadForm) -> HttpResponse:
    """Answer with the openings and the form as it stands."""
    community = request.standing.community
    files = Import.objects.filter(community=community, kind=ImportKind.OPENING)
    openings = Opening.objects.filter(community=community).order_by("-pk")[:_LATEST]
    context = {
        "form": form,
        "cut_over_on": community.cut_over_on,
        "no_cut_over": NO_CUT_OVER,
        "openings": [
            (row, _label(row))
            for row in openings.prefetch_related("signatures", "withdrawals").select_related("by")
        ],
        "files": files.defer("content", "report").select_related("by").order_by("-at")[:_LATEST],
        "may_bring": request.standing.may(Permission.BILL_RUN),
    }
    status = 422 if form.errors else 200
    return render(request, "onboarding/opening/index.html", context, status=status)


@require_safe
@permits(Permission.LEDGER_READ)
def detail(request: StaffRequest, opening_id: int) -> HttpResponse:
    """Show an opening's trial balance, and what may be done with it."""
    return _page(request, opening_for(request.standing, opening_id), WithdrawForm())


@require_POST
@permits(Permission.LEDGER_READ)
def sheet(request: StaffRequest, opening_id: int) -> HttpResponseBase:
    """Carry the trial balance out, on paper or as a workbook."""
    opening = opening_for(request.standing, opening_id)
    return carried(request, _sheet(opening, state(opening)))


@require_POST
@permits(Permission.OPENING_SIGN)
def sign(request: StaffRequest, opening_id: int) -> HttpResponse:
    """Put one's name to a line of it; the second seals it."""
    opening, form = opening_for(request.standing, opening_id), SignForm(request.POST)
    if form.is_valid():
        part = Part(form.cleaned_data["part"])
        try:
            sign_opening(opening=opening, part=part, by=request.user, at=timezone.now())
        except Refused as refused:
            messages.error(request, str(refused.refusal))
        else:
            sealed = SIGNED[part] is OpeningState.SEALED
            messages.success(request, say("已复核封账") if sealed else say("已签字，请另一人复核"))
    return redirect("onboarding:opening", request.standing.community.code, opening.pk)


@require_POST
@permits(Permission.BILL_RUN)
def withdraw(request: StaffRequest, opening_id: int) -> HttpResponse:
    """Take it back by its mirror."""
    opening, form = opening_for(request.standing, opening_id), WithdrawForm(request.POST)
    if not form.is_valid():
        return _page(request, opening, form)
    reason = form.cleaned_data["reason"]
    try:
        withdraw_opening(opening=opening, reason=reason, by=request.user, at=timezone.now())
    except Refused as refused:
        form.add_error(None, str(refused.refusal))
    except TextError as wrong:  # nothing but marks that nobody sees
        form.add_error("reason", str(wrong))
    if form.errors:
        return _page(request, opening, form)
    messages.success(request, say("已撤回，可以上传改好的工作簿"))
    return redirect("onboarding:opening", request.standing.community.code, opening.pk)


def _page(request: StaffRequest, opening: Opening, form: WithdrawForm) -> HttpResponse:
    now, may = state(opening), request.standing.may
    part = next((p for p in Part if SIGNED[p] in TRANSITIONS[now]), None)
    of = {"community": opening.community_id, "opening": opening}
    verdict = part and may_sign(
        state=now,
        part=part,
        signed_before=Signature.objects.filter(**of, by=request.user).exists(),
    )
    may_withdraw = may(Permission.BILL_RUN) and OpeningState.WITHDRAWN in TRANSITIONS[now]
    context = {
        "opening": opening,
        "state": now,
        "sheet": _sheet(opening, now),
        "part": part if may(Permission.OPENING_SIGN) else None,
        "refusal": None if verdict else verdict,
        "withdrawal": Withdrawal.objects.filter(**of).select_related("by").first(),
        "form": form if may_withdraw or form.errors else None,
    }
    status = 422 if form.errors else 200
    return render(request, "onboarding/opening/detail.html", context, status=status)


def _sheet(opening: Opening, now: OpeningState) -> Sheet:
    rows = Signature.objects.filter(community=opening.community_id, opening=opening)
    return opening_sheet(opening, state=now, signatures=list(rows.select_related("by")))


def _label(opening: Opening) -> OpeningState:
    """Return the state of an opening whose signatures and withdrawals are loaded."""
    from_rows = frozenset(row.part for row in opening.signatures.all())
    return state_of(withdrawn=bool(opening.withdrawals.all()), parts=from_rows)
