"""The server's three logins, their passwords, and what each may do.

``guanjia_admin`` is the superuser that sets up the other two. ``guanjia_owner`` owns the tables and
migrates them. ``guanjia_app`` is what web and worker use: a member of nothing.
"""

import os
import secrets
from pathlib import Path
from urllib.parse import quote

from guanjia.core.embedded.problem import EmbeddedServerError

ADMIN, OWNER, APP = "guanjia_admin", "guanjia_owner", "guanjia_app"
DATABASE = "guanjia"


def _password_file(login: str, home: Path) -> Path:
    return home / "secrets" / f"database_{login.removeprefix('guanjia_')}"


def make_password(login: str, home: Path) -> str:
    """Return a login's password, written to ``home/secrets`` (mode 0600) if it is not there yet."""
    path = _password_file(login, home)
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24), encoding="ascii")
    return path.read_text(encoding="ascii")


def require_passwords(home: Path) -> None:
    """Raise :class:`EmbeddedServerError` when the passwords of an existing database are gone."""
    for login in (ADMIN, OWNER, APP):
        path = _password_file(login, home)
        if not path.exists():
            raise EmbeddedServerError(
                f"数据库密码文件 {path} 不见了，请从备份恢复（the database's password file is missing）"
            )


def url_of(login: str, *, home: Path, sockets: Path, port: int, database: str = DATABASE) -> str:
    """Return the login's address, over the private socket or, on Windows, over the loopback."""
    password = _password_file(login, home).read_text(encoding="ascii")
    if os.name == "nt":  # untested
        return f"postgresql://{login}:{password}@127.0.0.1:{port}/{database}"
    return f"postgresql://{login}:{password}@/{database}?host={quote(str(sockets), safe='')}&port={port}"


def provision(admin_url: str, *, home: Path, throwaway: bool) -> None:
    """Make the logins and the database where they are missing; safe to repeat.

    A throw-away server serves the suite: its owner may create databases and act as ``guanjia_app``.
    """
    import psycopg  # here, since 13 MB are too much for what only the first start needs
    from psycopg import sql

    with psycopg.connect(admin_url, autocommit=True) as admin:
        for login in (OWNER, APP):
            name = sql.Identifier(login)
            if not admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [login]).rowcount:
                admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
            # Hashed here, so that no password ever stands in the server's log.
            hashed = admin.pgconn.encrypt_password(
                make_password(login, home).encode(), login.encode(), b"scram-sha-256"
            ).decode()
            admin.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(hashed)))
        if not admin.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).rowcount:
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(OWNER)
                )
            )
        for statement in (
            "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
            "GRANT CONNECT ON DATABASE {database} TO {app}",
            *(("ALTER ROLE {owner} CREATEDB", "GRANT {app} TO {owner}") if throwaway else ()),
        ):
            admin.execute(
                sql.SQL(statement).format(
                    database=sql.Identifier(DATABASE),
                    owner=sql.Identifier(OWNER),
                    app=sql.Identifier(APP),
                )
            )
