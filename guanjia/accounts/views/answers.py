"""How a form is shown and shown again."""

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as say

TOO_MANY_TRIES = 429
REFUSED = 422


def answer(
    request: HttpRequest, template: str, form: BaseForm, *, status: int = 0, **context: object
) -> HttpResponse:
    """Draw ``template`` with ``form``: 200, or 422 when something in it is wrong."""
    status = status or (REFUSED if form.errors else 200)
    return render(request, template, {"form": form, **context}, status=status)


def too_many_tries(form: BaseForm) -> int:
    """Say on ``form`` that the limit is reached; returns the status to answer with."""
    form.add_error(None, say("尝试次数过多，请 15 分钟后再试，或请系统管理员协助"))
    return TOO_MANY_TRIES
