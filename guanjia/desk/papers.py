"""Keeping a scan that came with a form, together with what the form asks for."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.forms import Form

from guanjia.accounts.models import User
from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest
from guanjia.desk.acting import attempt
from guanjia.records.attachments import attach
from guanjia.records.file_kinds import UnfitFileError

T = TypeVar("T")


def with_paper(
    request: StaffRequest, form: Form, action: Callable[..., T], **words: Any
) -> T | None:
    """Call ``action`` with the form's ``file`` as its ``attachment``, all or nothing; None when it was refused.

    Papers show names and numbers in full: who may open them is who may see those. A scan that is not taken in is told
    at its field.
    """
    scan = form.cleaned_data["file"]

    def keep(*, by: User, at: datetime) -> T:
        kept = scan and attach(
            community=request.standing.community,
            file=scan,
            name=scan.name,
            permission=Permission.PERSONAL_REVEAL,
            by=by,
            at=at,
        )
        return action(attachment=kept, by=by, at=at, **words)

    try:
        return attempt(request, form, keep)
    except UnfitFileError as unfit:
        form.add_error("file", str(unfit))
        return None
