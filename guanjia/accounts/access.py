"""Which community a person stands in, and what they may do there."""

from dataclasses import dataclass

from django.http import Http404

from guanjia.accounts.models import Community, Grant, User
from guanjia.accounts.permissions import Permission, Role, permissions_of


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's place in one community, read once per request."""

    user: User
    community: Community
    roles: frozenset[Role]

    def may(self, permission: Permission) -> bool:
        """Whether one of the roles holds ``permission``."""
        return permission in permissions_of(self.roles)


def standing_in(user: User, code: str) -> Standing:
    """Return ``user``'s standing in the community called ``code``.

    Raises Http404 where they have none: another community is not even confirmed to exist.
    """
    grants = list(
        Grant.objects.filter(user=user, community__code=code, revoked_at=None).select_related(
            "community__company"
        )
    )
    if not grants:
        raise Http404
    return Standing(
        user=user,
        community=grants[0].community,
        roles=frozenset(Role(grant.role) for grant in grants),
    )


def standings_of(user: User) -> list[Standing]:
    """Return every community ``user`` works in, by name."""
    rows = Grant.objects.filter(user=user, revoked_at=None).select_related("community__company")
    by_community: dict[Community, set[Role]] = {}
    for grant in rows.order_by("community__name"):
        by_community.setdefault(grant.community, set()).add(Role(grant.role))
    return [
        Standing(user=user, community=c, roles=frozenset(roles))
        for c, roles in by_community.items()
    ]
