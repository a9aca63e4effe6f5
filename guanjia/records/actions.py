"""Writing the journal and the outbox; called inside the caller's transaction."""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from django.db import models

from guanjia.accounts.models import Community, User
from guanjia.records.models import JournalEntry, OutboxMessage

# Set by the middleware for the length of a request, so that no action has to pass it along.
request_id: ContextVar[str] = ContextVar("request_id", default="")


def journal(
    *,
    community: Community,
    by: User | None,
    action: str,
    subject: models.Model,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Add one journal row. ``before`` and ``after`` carry personal values masked only.

    ``by`` is None for what the program does by itself.
    """
    JournalEntry.objects.create(
        community=community,
        by=by,
        action=action,
        subject=subject._meta.label_lower,
        subject_id=subject.pk,
        before=before,
        after=after,
        reason=reason,
        request_id=request_id.get(),
    )


def send(*, community: Community, topic: str, payload: Mapping[str, Any]) -> None:
    """Queue one message for a carrier (L11)."""
    OutboxMessage.objects.create(community=community, topic=topic, payload=dict(payload))
