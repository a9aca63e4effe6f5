"""Taking files in and finding them again."""

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.core.files.storage import default_storage
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404

from guanjia.accounts.access import Standing
from guanjia.accounts.models import Community, User
from guanjia.accounts.permissions import Permission
from guanjia.records.actions import journal
from guanjia.records.file_kinds import PAPERS, FileKind, kind_of
from guanjia.records.models import Attachment

if TYPE_CHECKING:  # not subscriptable at run time
    from django.core.files.base import File


def attach(
    *,
    community: Community,
    file: "File[Any]",
    name: str,
    permission: Permission,
    by: User,
    at: datetime,
    kinds: Collection[FileKind] = PAPERS,
) -> Attachment:
    """Keep ``file``, one of ``kinds``, under a generated name; ``permission`` says who may open it.

    Raises UnfitFileError. A file whose row is rolled back is removed again.
    """
    kind = kind_of(file, file.size, kinds)  # type: ignore[arg-type]  # Django's File reads like one
    attachment = Attachment(
        community=community,
        original_name=name[-200:],
        kind=kind,
        size=file.size,
        sha256=hashlib.file_digest(file, "sha256").hexdigest(),
        permission=permission,
        at=at,
        by=by,
    )
    file.seek(0)
    stored = f"attachments/{community.pk}/{uuid4().hex}.{kind.suffix}"
    attachment.file.save(stored, file, save=False)
    try:
        with transaction.atomic():
            attachment.save()
            journal(
                community=community,
                by=by,
                action="attachment.add",
                subject=attachment,
                after={"kind": kind, "size": file.size, "sha256": attachment.sha256},
                at=at,
            )
    except BaseException:
        default_storage.delete(stored)
        raise
    return attachment


def attachment_for(standing: Standing, pk: int) -> Attachment:
    """Return a file of the community. Raises Http404 where there is none."""
    found: Attachment = get_object_or_404(Attachment, community=standing.community, pk=pk)
    if not found.file.storage.exists(str(found.file.name)):
        raise Http404
    return found
