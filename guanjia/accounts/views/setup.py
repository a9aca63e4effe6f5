"""The first-run wizard: open to whoever holds the console's code, until there is an account."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods

from guanjia.accounts.actions import set_up
from guanjia.accounts.first_run import is_open, is_setup_code
from guanjia.accounts.forms import SetupForm
from guanjia.accounts.permits import open_to_anyone
from guanjia.accounts.sign_in import hold
from guanjia.accounts.views.answers import answer
from guanjia.core.refusal import Refused


@open_to_anyone
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Make the company, the community and the administrator. 404 once there is an account."""
    if not is_open():
        raise Http404
    form = SetupForm(request.POST or None)
    if form.is_valid():
        if is_setup_code(form.cleaned_data.pop("setup_code")):
            now = timezone.now()
            try:
                user = set_up(**form.cleaned_data, at=now)
            except Refused as refused:  # the button was pressed twice
                form.add_error(None, str(refused.refusal))
            else:
                return redirect(hold(request, user, at=now))
        else:
            form.add_error("setup_code", say("安装码不对，请照启动窗口里的那一行输入"))
    return answer(request, "accounts/setup/edit.html", form)
