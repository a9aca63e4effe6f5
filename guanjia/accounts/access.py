"""Which community a person stands in, and what they may do there."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from guanjia.accounts.models import AccountEvent, Community, Grant, Proposal, User
from guanjia.accounts.permissions import (
    APPROVING,
    SECOND_FACTOR,
    WEIGHTY,
    Permission,
    Role,
    permissions_of,
    roles_with,
)


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
    """Return everybody who works, has worked or is asked for in ``community``, with their open grants there."""
    there = Grant.objects.filter(community=community, user=OuterRef("pk"))
    asked = Proposal.objects.filter(community=community, user=OuterRef("pk"))
    held = Grant.objects.filter(community=community, revoked_at=None)
    people = User.objects.filter(Exists(there) | Exists(asked)).order_by("-is_active", "staff_no")
    return people.prefetch_related(Prefetch("grants", held, to_attr="roles_here"))


def open_grants(user: User, community: Community) -> QuerySet[Grant]:
    """Return the roles ``user`` holds in ``community`` now."""
    held = Grant.objects.filter(community=community, user=user, revoked_at=None)
    return held.order_by("granted_at", "pk")


def staff_member(standing: Standing, pk: int) -> User:
    """Return somebody who works or has worked in the community. Raises Http404 for anybody else."""
    return get_object_or_404(staff_of(standing.community), pk=pk)


def colleague_named(standing: Standing, staff_no: str, name: str) -> User | None:
    """Return whose number and name these are in other communities, all managed by whoever asks."""
    elsewhere = User.objects.filter(staff_no=staff_no, name=name, is_active=True)
    user = elsewhere.exclude(pk__in=staff_of(standing.community).order_by()).first()
    return user if user and manages(standing.user, user) else None


def proposals_in(community: Community) -> QuerySet[Proposal]:
    """Return what waits for a second person in ``community``, the oldest first."""
    waiting = Proposal.objects.filter(community=community, confirmed_at=None, refused_at=None)
    return waiting.select_related("user", "asked_by").order_by("asked_at", "pk")


def proposal_for(standing: Standing, pk: int) -> Proposal:
    """Return a proposal of the community, decided or not. Raises Http404 for any other."""
    return get_object_or_404(Proposal, community=standing.community, pk=pk)


def events_in(community: Community) -> QuerySet[AccountEvent]:
    """Return what happened to the accounts of the community's people, the latest first.

    What was done within another community stays there.
    """
    theirs = Q(within=None, user__in=staff_of(community).order_by())
    rows = AccountEvent.objects.filter(Q(within=community) | theirs)
    return rows.select_related("user", "by").order_by("-pk")


def manages(by: User, user: User, permission: Permission = Permission.STAFF_MANAGE) -> bool:
    """Whether ``by`` manages staff in every community where ``user`` works now, or else ever did.

    An account is one for all communities: who manages one of them must not open a door to the others.
    """
    managed = {s.community.pk for s in standings_of(by) if s.may(permission)}
    places = _communities_of(user)
    return bool(places) and places <= managed


def is_weighty(user: User) -> bool:
    """Whether ``user`` holds a role that nobody gives alone, or has been asked for one."""
    return (
        Grant.objects.filter(user=user, role__in=WEIGHTY, revoked_at=None).exists()
        or Proposal.objects.filter(
            user=user, kind=Proposal.Kind.GRANT, confirmed_at=None, refused_at=None
        ).exists()
    )


def is_alone(by: User, *, community: Community, user: User) -> bool:
    """Whether nobody but ``by`` could ever confirm in ``community``, nor wherever ``user`` works.

    Ever: whoever takes the others' roles away does not become the only one by it.
    """
    places = {community.pk, *_communities_of(user)}
    approvers = Grant.objects.filter(community__in=places, role__in=APPROVING)
    return not approvers.exclude(user=by).exists()


def can_be_confirmed(community: Community, *, user: User) -> bool:
    """Whether two active people besides ``user`` are in ``community``, one who may ask and another who may confirm."""
    held = Grant.objects.filter(
        community=community, revoked_at=None, user__is_active=True, role__in=APPROVING
    ).exclude(user=user)
    people = set(held.values_list("user_id", flat=True))
    asking = held.filter(role__in=roles_with(Permission.STAFF_MANAGE))
    return len(people) > 1 and asking.exists()


def _communities_of(user: User) -> set[int]:
    """Return where ``user`` works now; of somebody who works nowhere, where they did or were asked for."""
    grants = Grant.objects.filter(user=user)
    places = set(grants.filter(revoked_at=None).values_list("community_id", flat=True))
    return places or {
        *grants.values_list("community_id", flat=True),
        *Proposal.objects.filter(user=user).values_list("community_id", flat=True),
    }
