"""Writing the journal and the outbox; called inside the caller's transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.db.models.functions import Now

from guanjia.accounts.models import Community, CommunityModel, User
from guanjia.core.request_id import request_id
from guanjia.core.sealing.fields import SealedTextField
from guanjia.records.during import visit_id
from guanjia.records.models import JournalEntry, OutboxMessage, PersonalReveal


def journal(
    *,
    community: Community,
    by: User | None,
    action: str,
    subject: models.Model,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Add one journal row. ``before`` and ``after`` carry personal values masked only.

    ``by`` is None for what the program does by itself; without ``at`` the database's clock counts.
    """
    JournalEntry.objects.create(
        community=community,
        at=at or Now(),
        by=by,
        action=action,
        subject=subject._meta.label_lower,
        subject_id=subject.pk,
        before=before,
        after=after,
        reason=reason,
        visit_id=visit_id(),
        request_id=request_id.get(),
    )


def send(*, community: Community, topic: str, payload: Mapping[str, Any]) -> None:
    """Queue one message for a carrier (L11)."""
    OutboxMessage.objects.create(community=community, topic=topic, payload=dict(payload))


def reveal(*, subject: CommunityModel, field: str, reason: str, by: User, at: datetime) -> str:
    """Return a sealed value in full and leave an audit row that it was seen (D7).

    Raises TypeError when ``field`` is not sealed: nothing else needs this way in.
    """
    if not isinstance(subject._meta.get_field(field), SealedTextField):
        raise TypeError(f"{field} is not a sealed field")
    note_reveal(subject=subject, field=field, reason=reason, by=by, at=at)
    return getattr(subject, field) or ""


def note_reveal(
    *, subject: CommunityModel, field: str, reason: str, by: User, at: datetime
) -> None:
    """Leave an audit row that somebody saw a personal value in full (D7)."""
    PersonalReveal.objects.create(
        community=subject.community,
        at=at,
        by=by,
        subject=subject._meta.label_lower,
        subject_id=subject.pk,
        field=field,
        reason=reason,
        visit_id=visit_id(),
    )


def next_number(*, community: Community, kind: str, prefix: str = "") -> int:
    """Return the next number of a series, from 1, without gaps.

    Call it last in the caller's transaction: the series is held until that ends, and a rollback gives
    the number back.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO records_numberseries AS series (community_id, kind, prefix, last_no)"
            " VALUES (%s, %s, %s, 1) ON CONFLICT (community_id, kind, prefix)"
            " DO UPDATE SET last_no = series.last_no + 1 RETURNING last_no",
            [community.pk, kind, prefix],
        )
        row: tuple[int] = cursor.fetchone()
        return row[0]
