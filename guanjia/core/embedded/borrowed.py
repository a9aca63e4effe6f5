"""Running the suite on somebody else's PostgreSQL server instead of an embedded one."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from guanjia.core.embedded.problem import explain_address


@contextmanager
def lend(url: str, *, mark: str) -> Iterator[tuple[str, str, str, str]]:
    """Lend a test's owner and app logins on another server, to whose superuser ``url`` belongs.

    Yield the owner's address, the app's address, the app's name and a name for the test's database; at the end
    all of them are dropped.
    """
    owner, app, database = (f"guanjia_test_{what}_{mark}" for what in ("owner", "app", "database"))
    passwords = {login: secrets.token_urlsafe(24) for login in (owner, app)}
    try:
        admin = psycopg.connect(url, autocommit=True)
    except psycopg.Error as problem:
        raise explain_address(problem) from problem
    with closing(admin):
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
