"""Who a request comes from: the session, whose it is and where they stand, read in one statement.

It is read anew for every request, so that a role taken back or a post left counts from the next one on.
"""

from dataclasses import dataclass
from datetime import datetime

from guanjia.accounts.access import Standing
from guanjia.accounts.models import Community, Company, Grant, Session, User
from guanjia.accounts.permissions import Role
from guanjia.core.database.prepared import Columns, fetch_one

_PERSON = Columns(
    User,
    "person",
    only=(
        "id",
        "password",
        "staff_no",
        "name",
        "is_active",
        "temporary_until",
        "session_epoch",
        "single_keys",
    ),
)
_COMMUNITY, _COMPANY = Columns(Community, "place"), Columns(Company, "company")
_CALLER = f"""
    SELECT session.session_data,
        ARRAY(
            SELECT held.role::text FROM {Grant._meta.db_table} held
            WHERE held.community_id = place.id AND held.user_id = person.id
                AND held.revoked_at IS NULL
        ),
        {_PERSON.sql}, {_COMMUNITY.sql}, {_COMPANY.sql}
    FROM {Session._meta.db_table} session
    LEFT JOIN {User._meta.db_table} person ON person.id = session.user_id AND person.is_active
    LEFT JOIN {Community._meta.db_table} place ON place.code = %s
    LEFT JOIN {Company._meta.db_table} company ON company.id = place.company_id
    WHERE session.session_key = %s AND session.expire_date > %s
"""  # noqa: S608 - our own names


@dataclass(frozen=True, slots=True)
class Caller:
    """What a session keeps, whose it is while they are in post, and their standing where they ask for something."""

    kept: str
    person: User | None
    standing: Standing | None


def caller_of(session_key: str, *, code: str, at: datetime) -> Caller | None:
    """Return who holds a session that has not run out; their standing is that in the community ``code``."""
    row = fetch_one(_CALLER, [code, session_key, at])
    if row is None:
        return None
    kept, roles, *values = row
    place, company = len(_PERSON), len(_PERSON) + len(_COMMUNITY)
    if values[0] is None:
        return Caller(kept, None, None)
    person = _PERSON.made(values[:place])
    if not roles:  # a stranger there, or there is no such community
        return Caller(kept, person, None)
    community = _COMMUNITY.made(values[place:company])
    community.company = _COMPANY.made(values[company:])
    return Caller(kept, person, Standing(person, community, frozenset(map(Role, roles))))
