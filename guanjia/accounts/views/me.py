"""One's own account: password, PIN, second factors."""

import base64

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanjia.accounts import actions, sessions, sign_in, totp
from guanjia.accounts import passkeys as webauthn
from guanjia.accounts.events import TooManyTriesError
from guanjia.accounts.forms import (
    CodeForm,
    ConfirmationForm,
    NewPasswordForm,
    PasskeyForm,
    PinForm,
)
from guanjia.accounts.models import SecondFactor
from guanjia.accounts.permits import StaffRequest, confirmed, signed_in
from guanjia.accounts.views.answers import answer, too_many_tries
from guanjia.core.refusal import Refused
from guanjia.core.sealing.fields import ring

_SECRET = "totp_secret.pending"  # noqa: S105 - the name of a session key


@require_safe
@signed_in
def index(request: StaffRequest) -> HttpResponse:
    """Show what the person signs in with."""
    return render(
        request,
        "accounts/me/index.html",
        {
            "factors": request.user.second_factors.order_by("created_at"),
            "codes_left": request.user.recovery_codes.filter(used_at=None).count(),
            "passkeys_possible": webauthn.are_possible(request),
        },
    )


@require_http_methods(["GET", "POST"])
@signed_in
def confirmation(request: StaffRequest) -> HttpResponse:
    """Ask for the password again before the means of signing in are changed."""
    now, status = timezone.now(), 0
    form = ConfirmationForm(request.POST or None)
    if form.is_valid():
        typed = form.cleaned_data["password"]
        try:
            if sign_in.check_password(request, login=request.user.staff_no, password=typed, at=now):
                sessions.confirm(request, at=now)
                return redirect(sign_in.safe_address(request, request.GET.get("next", "")))
            form.add_error("password", say("密码不对"))
        except TooManyTriesError:
            status = too_many_tries(form)
    return answer(request, "accounts/me/confirmation.html", form, status=status)


@require_POST
@signed_in
def keys(request: StaffRequest) -> HttpResponse:
    """Let single letters and digits be keys, or not, and go back to the page that asked."""
    actions.set_single_keys(user=request.user, on="single_keys" in request.POST)
    messages.success(request, say("已记住按键设置"))
    return redirect(sign_in.safe_address(request, request.POST.get("next", "")))


@require_http_methods(["GET", "POST"])
@confirmed
def password(request: StaffRequest) -> HttpResponse:
    """Choose another password; every other session ends."""
    form = NewPasswordForm(request.POST or None, user=request.user)
    if form.is_valid():
        typed = form.cleaned_data["password"]
        actions.set_password(user=request.user, password=typed, at=timezone.now())
        update_session_auth_hash(request, request.user)
        messages.success(request, say("密码已更换，其他地方的登录已退出"))
        return redirect("accounts:me")
    return answer(request, "accounts/me/password.html", form)


@require_http_methods(["GET", "POST"])
@confirmed
def pin(request: StaffRequest) -> HttpResponse:
    """Set the PIN of the fast switch."""
    if not sessions.has_second_factor(request):
        return redirect("accounts:authenticator")
    form = PinForm(request.POST or None)
    if form.is_valid():
        try:
            actions.set_pin(user=request.user, pin=form.cleaned_data["pin"], at=timezone.now())
        except Refused as refused:
            form.add_error("pin", str(refused.refusal))
        else:
            messages.success(request, say("PIN 已设好，在登录过的电脑上 12 小时内可以快速换人"))
            return redirect("accounts:me")
    return answer(request, "accounts/me/pin.html", form)


@require_http_methods(["GET", "POST"])
@confirmed
def authenticator(request: StaffRequest) -> HttpResponse:
    """Enrol an authenticator app: a QR code to scan, a code to prove it."""
    now = timezone.now()
    secret = _pending_secret(request)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        if totp.matching_step(secret, form.cleaned_data["code"].strip(), at=now) is not None:
            del request.session[_SECRET]
            kind = SecondFactor.Kind.TOTP
            codes = actions.add_second_factor(
                user=request.user, kind=kind, name=say("手机验证器"), secret=secret, at=now
            )
            return _enrolled(request, codes)
        form.add_error("code", say("动态码不对：请核对手机时间是否自动校准"))
    import segno  # for the few who enrol; every web process would carry it

    picture = segno.make(totp.address(secret, label=request.user.staff_no)).svg_data_uri(scale=5)
    return answer(request, "accounts/me/authenticator.html", form, picture=picture, secret=secret)


def _pending_secret(request: StaffRequest) -> str:
    """Return the secret that is being enrolled; the session keeps it sealed."""
    if kept := request.session.get(_SECRET):
        return ring().open(base64.b64decode(kept), purpose=_SECRET)
    secret = totp.new_secret()
    sealed = ring().seal(secret, purpose=_SECRET)
    request.session[_SECRET] = base64.b64encode(sealed).decode()
    return secret


@require_http_methods(["GET", "POST"])
@confirmed
def passkeys(request: StaffRequest) -> HttpResponse:
    """Enrol a passkey, where the browser's address allows it."""
    if not webauthn.are_possible(request):
        return render(request, "accounts/me/no_passkeys.html")
    form = PasskeyForm(request.POST or None)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            codes = webauthn.enrol(request, request.user, **typed, at=timezone.now())
        except webauthn.NotFittingError:
            form.add_error(None, say("没有登记成功，请重试"))
        else:
            return _enrolled(request, codes)
    options = webauthn.begin_enrolment(request, request.user)
    return answer(request, "accounts/me/passkeys.html", form, options=options)


@require_POST
@confirmed
def factor_removal(request: StaffRequest, factor_id: int) -> HttpResponse:
    """Forget one of the person's factors."""
    factor = get_object_or_404(SecondFactor, pk=factor_id, user=request.user)
    actions.remove_second_factor(factor=factor, at=timezone.now())
    return redirect("accounts:me")


@require_http_methods(["GET", "POST"])
@confirmed
def recovery_codes(request: StaffRequest) -> HttpResponse:
    """Make new recovery codes; they are shown once."""
    if not request.user.has_second_factor:
        raise Http404
    if request.method == "GET":
        return render(request, "accounts/me/recovery_codes.html")
    codes = actions.make_recovery_codes(user=request.user, at=timezone.now())
    return render(request, "accounts/me/codes.html", {"codes": codes, "then": _then(request)})


def _enrolled(request: StaffRequest, codes: list[str]) -> HttpResponse:
    """Go on with the new factor counted as shown; the first one's recovery codes are shown once."""
    sessions.add_second_factor(request)
    if not codes:
        messages.success(request, say("已登记"))
        return redirect(_then(request))
    return render(request, "accounts/me/codes.html", {"codes": codes, "then": _then(request)})


def _then(request: HttpRequest) -> str:
    return sign_in.safe_address(request, request.GET.get("next", ""))
