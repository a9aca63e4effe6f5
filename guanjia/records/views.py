"""Handing files out."""

from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.records.actions import note_reveal
from guanjia.records.attachments import attachment_for
from guanjia.records.file_kinds import FileKind


@require_safe
@permits(Permission.HOUSEHOLD_READ)
def attachment(request: StaffRequest, attachment_id: int) -> FileResponse:
    """Send a file as a download, never to be shown or guessed at; it may ask for more than this view does."""
    found = attachment_for(request.standing, attachment_id)
    if not request.standing.may(Permission(found.permission)):
        raise PermissionDenied
    if found.permission == Permission.PERSONAL_REVEAL:
        reason = say("查看档案扫描件")
        note_reveal(subject=found, field="file", reason=reason, by=request.user, at=timezone.now())
    return FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.original_name,
        content_type=FileKind(found.kind).content_type,
        headers={"Content-Security-Policy": "sandbox; default-src 'none'"},
    )
