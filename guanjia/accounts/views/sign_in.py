"""Signing in step by step, out again, and over to a colleague."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from guanjia.accounts import links, passkeys, sessions, switching
from guanjia.accounts.actions import set_password
from guanjia.accounts.events import TooManyTriesError
from guanjia.accounts.forms import CodeForm, LinkForm, NewPasswordForm, SignInForm, SwitchForm
from guanjia.accounts.models import User
from guanjia.accounts.permits import open_to_anyone
from guanjia.accounts.sign_in import (
    check_code,
    check_passkey,
    check_password,
    held,
    hold,
    safe_address,
)
from guanjia.accounts.views.answers import answer, too_many_tries
from guanjia.accounts.visitors import is_direct_loopback
from guanjia.core.refusal import Refused


@open_to_anyone
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """First step: who, and the password. Wrong, unknown and gone read alike."""
    now, status = timezone.now(), 0
    form = SignInForm(request.POST or None)
    if form.is_valid():
        try:
            user = check_password(request, **form.cleaned_data, at=now)
        except TooManyTriesError:
            status = too_many_tries(form)
        else:
            if user:
                return redirect(hold(request, user, then=request.GET.get("next", ""), at=now))
            form.add_error(None, say("工号、手机号或密码不对"))
    people = switching.people_here(request, at=now)
    return answer(request, "accounts/sign_in/index.html", form, status=status, people=people)


@open_to_anyone
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Second step: the app's code, a recovery code or a passkey; also for a session that lacks it."""
    now, status = timezone.now(), 0
    waiting = held(request, at=now)
    user = waiting.user if waiting else request.user
    if not isinstance(user, User) or not user.has_second_factor:
        return redirect("accounts:sign-in")
    form = CodeForm(request.POST if "code" in request.POST else None)
    try:
        if _is_shown(request, user, form):
            if waiting:
                return redirect(hold(request, user, second_factor=True, then=waiting.then, at=now))
            sessions.add_second_factor(request)
            return redirect(safe_address(request, request.GET.get("next", "")))
    except TooManyTriesError:
        status = too_many_tries(form)
    options = passkeys.begin_check(request, user)
    template = "accounts/sign_in/second_factor.html"
    return answer(request, template, form, status=status, options=options)


def _is_shown(request: HttpRequest, user: User, form: CodeForm) -> bool:
    """Whether the request shows the person's second factor; what is wrong is said on the page."""
    if passkey := request.POST.get("passkey"):
        if check_passkey(request, user, answer=passkey, at=timezone.now()):
            return True
        messages.error(request, say("这把通行密钥没有通过，请重试或用动态码"))
    elif form.is_valid():
        if check_code(request, user, code=form.cleaned_data["code"], at=timezone.now()):
            return True
        form.add_error("code", say("动态码不对或已用过，请等下一个"))
    return False


@open_to_anyone
@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest) -> HttpResponse:
    """Last step for a one-time secret: a password of one's own."""
    now = timezone.now()
    waiting = held(request, at=now)
    if waiting is None or waiting.user.temporary_until is None:
        return redirect("accounts:sign-in")
    if waiting.user.has_second_factor and not waiting.second_factor:
        return redirect("accounts:second-factor")
    form = NewPasswordForm(request.POST or None, user=waiting.user)
    if form.is_valid():
        set_password(user=waiting.user, password=form.cleaned_data["password"], at=now)
        return redirect(
            hold(
                request,
                waiting.user,
                second_factor=waiting.second_factor,
                then=waiting.then,
                at=now,
            )
        )
    return answer(request, "accounts/sign_in/new_password.html", form)


@open_to_anyone
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest) -> HttpResponse:
    """Use a one-time link: GET only shows a button, so that looking ahead at a page uses nothing up."""
    form = LinkForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and is_direct_loopback(request):
        now = timezone.now()
        if user := links.use_link(form.cleaned_data["token"], at=now):
            sessions.start(request, user, second_factor=True, at=now)
            return redirect("accounts:home")
    if request.method == "POST":
        form.add_error(None, say("链接只能在本机用一次，24 小时内有效；请重新生成"))
    return answer(request, "accounts/sign_in/link.html", form)


@open_to_anyone
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; harmless without one."""
    sessions.end(request, at=timezone.now())
    return redirect("accounts:sign-in")


@open_to_anyone
@require_http_methods(["GET", "POST"])
def switch(request: HttpRequest) -> HttpResponse:
    """Hand the desk over by PIN. It needs a browser that knows the person, and so no session."""
    now = timezone.now()
    then = safe_address(request, request.GET.get("next", ""))
    form = SwitchForm(request.POST or None, people=switching.people_here(request, at=now))
    if form.is_valid():
        chosen, pin = form.cleaned_data["person"], form.cleaned_data["pin"]
        try:
            switching.switch_to(request, user_id=chosen, pin=pin, at=now)
        except Refused as refused:
            form.add_error("pin", str(refused.refusal))
        else:
            return HttpResponseClientRedirect(then) if request.htmx else redirect(then)  # type: ignore[attr-defined]  # set by django-htmx
    part = request.htmx and not request.htmx.boosted  # type: ignore[attr-defined]  # set by django-htmx
    template = "accounts/switch/_form.html" if part else "accounts/switch/index.html"
    return answer(request, template, form)
