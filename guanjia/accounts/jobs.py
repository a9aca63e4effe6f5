"""Nightly upkeep of the accounts' tables."""

from procrastinate.contrib.django import app

from guanjia.accounts.session_store import SessionStore


@app.periodic(cron="20 3 * * *")
@app.task(queueing_lock="sessions")
def clear_sessions(timestamp: int) -> None:  # noqa: ARG001 - given to periodic tasks
    """Delete the sessions that have run out; they open nothing, and say who worked when."""
    SessionStore.clear_expired()
