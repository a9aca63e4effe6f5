"""Calling actions: a refusal stands at the form's top, where what was typed stays, or on the next page."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.db import transaction
from django.forms import BaseForm
from django.utils import timezone

from guanjia.accounts.permits import StaffRequest
from guanjia.core.refusal import Refused
from guanjia.core.text import TextError
from guanjia.core.unit_number import UnitNumberError

T = TypeVar("T")


def attempt(
    request: StaffRequest, form: BaseForm, action: Callable[..., T], **words: Any
) -> T | None:
    """Call ``action`` in the name of whoever asks, wholly or not at all; None when it was refused."""
    try:
        with transaction.atomic():
            return action(by=request.user, at=timezone.now(), **words)
    except Refused as refused:
        form.add_error(None, str(refused.refusal))
    except (TextError, UnitNumberError) as wrong:
        form.add_error(None, str(wrong))
    return None


def submit(
    request: StaffRequest, form: BaseForm, action: Callable[..., T], **more: Any
) -> T | None:
    """Call ``action`` with what was typed, under the fields' own names, once the form is in order."""
    return attempt(request, form, action, **form.cleaned_data, **more) if form.is_valid() else None


def reason_of(request: StaffRequest) -> str:
    """Return the reason typed beside a button, cut to what is kept; PostgreSQL takes no NUL."""
    return request.POST.get("reason", "").replace("\0", "")[:200]


def press(sender: StaffRequest, action: Callable[..., T], /, **words: Any) -> T | None:
    """Call ``action`` for a button without a form; a refusal is said on the next page, and None returned."""
    try:
        return action(by=sender.user, at=timezone.now(), **words)
    except Refused as refused:
        messages.error(sender, str(refused.refusal))
    return None
