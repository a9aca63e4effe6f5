"""Django's sessions in a table that knows whose each one is; reading one tells the person and their standing too.

This is the ``SESSION_ENGINE``. Idle for 30 minutes a session ends by its row's age; 12 hours after signing in it
ends anyway, however busy.
"""

from datetime import timedelta
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from guanjia.accounts.access import Standing
from guanjia.accounts.callers import caller_of
from guanjia.accounts.models import Session, User

ABSOLUTE = timedelta(hours=12)
TOUCH_EVERY_S = 60
STARTED, SEEN = "started", "seen"


class SessionStore(DatabaseStore):
    """A session, read in one statement together with who holds it.

    ``asked_in`` is the code of the community that the request's address begins with; ``person`` and
    ``standing`` are as they were when the session was read, which happens when somebody asks for it first.
    """

    asked_in = ""
    _person: User | None = None
    _standing: Standing | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return the table's model."""
        return Session

    @property
    def person(self) -> User | None:
        """Whose session it is, while they are in post; whether it may still be theirs is not yet said."""
        self._get_session()  # type: ignore[attr-defined]  # stubs leave it out
        return self._person

    @property
    def standing(self) -> Standing | None:
        """Their standing in the community of ``asked_in``."""
        self._get_session()  # type: ignore[attr-defined]  # stubs leave it out
        return self._standing

    def load(self) -> dict[str, Any]:
        """Read the session unless it has run out; one in use is kept alive by one write a minute."""
        now = timezone.now()
        caller = caller_of(self.session_key or "", code=self.asked_in, at=now)
        if caller is None:
            self._session_key = None
            return {}
        kept: dict[str, Any] = self.decode(caller.kept)
        if SESSION_KEY in kept:
            if now.timestamp() - kept.get(STARTED, 0.0) > ABSOLUTE.total_seconds():
                self.delete()
                self._session_key = None
                return {}
            if now.timestamp() - kept.get(SEEN, 0.0) > TOUCH_EVERY_S:
                kept[SEEN] = now.timestamp()
                self.modified = True
        self._person, self._standing = caller.person, caller.standing
        return kept

    def flush(self) -> None:
        """Forget the session, its row and whose it was."""
        super().flush()
        self._person = self._standing = None

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row to be written, which says whose session it is."""
        row = cast("Session", super().create_model_instance(data))
        row.user_id = data.get(SESSION_KEY)
        return row
