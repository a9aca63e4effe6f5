"""Using somebody else's PostgreSQL server instead of an embedded one."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from guanjia.core.embedded.binaries import OLDEST
from guanjia.core.embedded.problem import explain_address


def connect(url: str) -> psycopg.Connection:
    """Return a connection to the server at ``url``; raise :class:`EmbeddedServerError` when it does not serve."""
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.Error as problem:
        raise explain_address(str(problem)) from problem
    if connection.info.server_version < OLDEST * 10_000:
        version = connection.info.server_version // 10_000
        connection.close()
        raise explain_address(f"PostgreSQL {version} < {OLDEST}")
    return connection


@contextmanager
def lend(url: str, *, mark: str) -> Iterator[tuple[str, str, str, str]]:
    """Lend a test's owner and app logins on another server, to whose superuser ``url`` belongs.

    Yield the owner's address, the app's address, the app's name and a name for the test's database; at the end
    all of them are dropped.
    """
    owner, app, database = (f"guanjia_test_{what}_{mark}" for what in ("owner", "app", "database"))
    passwords = {login: secrets.token_urlsafe(24) for login in (owner, app)}
    with closing(connect(url)) as admin:
        for login, password in passwords.items():
            admin.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(
                    sql.Identifier(login), sql.Literal(password)
                )
            )
        admin.execute(sql.SQL("ALTER ROLE {} NOCREATEDB").format(sql.Identifier(app)))
        admin.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(app), sql.Identifier(owner)))
        try:
            addresses = [_with_login(url, login, passwords[login]) for login in (owner, app)]
            yield addresses[0], addresses[1], app, database
        finally:
            admin.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
            )
            for login in (owner, app):
                admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(login)))


def _with_login(url: str, login: str, password: str) -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{login}:{password}@{place}").geturl()
