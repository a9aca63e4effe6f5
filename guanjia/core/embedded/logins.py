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


def require_passwords(home: Path, data: Path) -> None:
    """Raise :class:`EmbeddedServerError` when the passwords of the existing ``data`` are gone."""
    for login in (ADMIN, OWNER, APP):
        path = _password_file(login, home)
        if not path.exists():
            raise EmbeddedServerError(
                f"数据目录 {data} 的密码文件 {path} 不见了，请从备份恢复"
                "（the database's password file is missing）"
            )


def url_of(login: str, *, home: Path, sockets: Path, port: int) -> str:
    """Return the login's address, over the private socket or, on Windows, over the loopback."""
    password = _password_file(login, home).read_text(encoding="ascii")
    if os.name == "nt":  # untested
        return f"postgresql://{login}:{password}@127.0.0.1:{port}/{DATABASE}"
    return f"postgresql://{login}:{password}@/{DATABASE}?host={quote(str(sockets), safe='')}&port={port}"


def founding_statements(home: Path, *, throwaway: bool) -> list[str]:
    """Return the SQL, a statement a line, that gives a new cluster its logins and its database.

    A throw-away server serves the suite: its owner may create databases and act as ``guanjia_app``.
    """
    statements = [
        f"CREATE ROLE {login} LOGIN PASSWORD '{make_password(login, home)}'"
        for login in (OWNER, APP)
    ]
    statements += [
        f"CREATE DATABASE {DATABASE} OWNER {OWNER}",
        f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {DATABASE} TO {APP}",
    ]
    if throwaway:
        statements += [f"ALTER ROLE {OWNER} CREATEDB", f"GRANT {APP} TO {OWNER}"]
    return statements
