"""Which community a person stands in, and what they may do there."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from guanjia.accounts.models import Community, Grant, User
from guanjia.accounts.permissions import SECOND_FACTOR, Permission, Role, permissions_of


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's place in one community, read once per request."""

    user: User
    community: Community
    roles: frozenset[Role]

    def may(self, permission: Permission) -> bool:
        """Whether one of the roles holds ``permission``."""
        return permission in permissions_of(self.roles)

    @property
    def needs_second_factor(self) -> bool:
        """Whether one of the roles handles money or administration."""
        return not SECOND_FACTOR.isdisjoint(permissions_of(self.roles))


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


def community_named(name: str) -> Community:
    """Return the community with this name or code, as commands call it. Raises Community.DoesNotExist."""
    return Community.objects.select_related("company").get(Q(name=name) | Q(code=name))


def staff_of(community: Community) -> QuerySet[User]:
    """Return everybody who works or has worked in ``community``, with their open grants there."""
    there = Grant.objects.filter(community=community, user=OuterRef("pk"))
    held = Grant.objects.filter(community=community, revoked_at=None)
    people = User.objects.filter(Exists(there)).order_by("-is_active", "staff_no")
    return people.prefetch_related(Prefetch("grants", held, to_attr="roles_here"))


def open_grants(user: User, community: Community) -> QuerySet[Grant]:
    """Return the roles ``user`` holds in ``community`` now."""
    held = Grant.objects.filter(community=community, user=user, revoked_at=None)
    return held.order_by("granted_at", "pk")


def staff_member(standing: Standing, pk: int) -> User:
    """Return somebody who works or has worked in the community. Raises Http404 for anybody else."""
    return get_object_or_404(staff_of(standing.community), pk=pk)


def manages(by: User, user: User) -> bool:
    """Whether ``by`` manages staff in every community where ``user`` works now.

    An account is one for all communities: who manages one of them must not open a door to the others.
    """
    theirs = {standing.community for standing in standings_of(user)}
    managed = {s.community for s in standings_of(by) if s.may(Permission.STAFF_MANAGE)}
    return theirs <= managed
