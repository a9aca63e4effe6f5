"""Who a staff number or phone and a password belong to."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest
from django.utils import timezone

from guanjia.accounts.models import User


class StaffBackend(BaseBackend):
    """Password sign-in; people who have left and one-time secrets past their day do not pass.

    Whose a session is, is not asked here but read with it (``session_store``).
    """

    def authenticate(
        self,
        request: HttpRequest | None,  # noqa: ARG002 - Django's signature
        *,
        username: str = "",
        password: str = "",
        **_: Any,
    ) -> User | None:
        """Return the person, or None. It takes as long for a login that nobody has."""
        user = User.objects.by_login(username)
        if user is None:
            User().set_password(password)
            return None
        valid = user.check_password(password) and user.is_active
        in_time = user.temporary_until is None or user.temporary_until > timezone.now()
        return user if valid and in_time else None
