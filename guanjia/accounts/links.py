"""One-time sign-in links for demonstration data, usable on this machine only."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse

from guanjia.accounts.models import Grant, SignInLink, User

LIFE = timedelta(hours=24)


def make_link(user: User, *, at: datetime) -> str:
    """Return an address that signs ``user`` in once within 24 hours.

    The token stands after the #: browsers do not send that part, so no log and no prefetch sees it.
    """
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(user=user, token_hash=_hashed(token), expires_at=at + LIFE)
    return f"{settings.PUBLIC_URL}{reverse('accounts:sign-in-link')}#{token}"


def use_link(token: str, *, at: datetime) -> User | None:
    """Return whom ``token`` signs in, and void it; None for a used, old or invented one.

    Who works in a community that is no demonstration is not signed in this way.
    """
    link = SignInLink.objects.filter(token_hash=_hashed(token), used_at=None, expires_at__gt=at)
    real = Grant.objects.filter(user=OuterRef("pk"), revoked_at=None, community__is_demo=False)
    user = User.objects.filter(~Exists(real), is_active=True, pk__in=link.values("user")).first()
    return user if link.update(used_at=at) == 1 else None


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
