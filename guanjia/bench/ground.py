"""A throw-away server with the product's tables and, beside them, bare twins of some for the yardstick."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from guanjia.core.database.privileges import grant_privileges
from guanjia.core.embedded import Server, temporary
from guanjia.core.sealing.keys import create

YARDSTICK = "yardstick"
# As durable as in service. No vacuum of its own: it would fall on one side's turn.
_SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "autovacuum": "off",
    "max_wal_size": "4GB",
}


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a bench takes place. ``owner`` makes data and runs the yardstick; Django is the app login."""

    owner: psycopg.Connection
    owner_url: str
    app_url: str
    server: Server

    @property
    def variables(self) -> dict[str, str]:
        """The environment of a web server on this ground."""
        return {
            "DATABASE_URL": self.app_url,
            "GUANJIA_SECRETS": str(settings.SECRETS_DIR),
            "GUANJIA_WITNESS": str(settings.WITNESS),
        }

    def twin(self, tables: Sequence[str]) -> None:
        """Make bare twins of ``tables``: same columns, indexes, checks and keys, no triggers.

        Foreign keys among the tables lead to the twins, others to the product's own.
        """
        self.owner.execute(f"CREATE SCHEMA IF NOT EXISTS {YARDSTICK}")
        for table in tables:
            self.owner.execute(
                sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(
                    sql.Identifier(YARDSTICK, table), sql.Identifier("public", table)
                )
            )
        keys = self.owner.execute(
            "SELECT conrelid::regclass::text, confrelid::regclass::text, pg_get_constraintdef(oid)"
            " FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text = ANY (%s)",
            [list(tables)],
        ).fetchall()
        for table, target, definition in keys:
            schema = YARDSTICK if target in tables else "public"
            here = definition.replace(f"REFERENCES {target}(", f"REFERENCES {schema}.{target}(")
            self.owner.execute(
                sql.SQL("ALTER TABLE {} ADD " + here).format(sql.Identifier(YARDSTICK, table))
            )

    @contextmanager
    def sister(self, name: str) -> Iterator["Ground"]:
        """Yield another database of the server, as this one stands; nobody else may be connected here."""
        connection.close()
        self.owner.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(self.owner.info.dbname)
            )
        )
        owner_url, app_url = (_to(url, name) for url in (self.owner_url, self.app_url))
        with psycopg.connect(owner_url, autocommit=True) as owner:
            yield Ground(owner, owner_url, app_url, self.server)

    def settle(self) -> None:
        """Bring the statistics up to date before anything is measured."""
        self.owner.execute("VACUUM ANALYZE")


@contextmanager
def throwaway() -> Iterator[Ground]:
    """Start a server and migrate as its owner; all of it goes in the end. Django is the app login inside."""
    secrets_before, app_before = settings.SECRETS_DIR, settings.GUANJIA_APP_ROLE
    witness_before = settings.WITNESS, settings.WITNESS_COPY
    with tempfile.TemporaryDirectory(prefix="guanjia-bench-") as home, temporary() as server:
        settings.SECRETS_DIR = Path(home)
        settings.WITNESS, settings.WITNESS_COPY = Path(home) / "witness", None
        settings.GUANJIA_APP_ROLE = urlsplit(server.app_url).username
        create(settings.SECRETS_DIR)
        with psycopg.connect(server.admin_url, autocommit=True) as admin:
            for name, value in _SETTINGS.items():
                admin.execute(
                    sql.SQL("ALTER SYSTEM SET {} = {}").format(
                        sql.Identifier(name), sql.Literal(value)
                    )
                )
            admin.execute("SELECT pg_reload_conf()")
        with django_at(server.owner_url):
            call_command("migrate", verbosity=0)
            grant_privileges()  # said expressly: a suite that calls this may have silenced the signal
        try:
            with (
                django_at(server.app_url),
                psycopg.connect(server.owner_url, autocommit=True) as owner,
            ):
                yield Ground(owner, server.owner_url, server.app_url, server)
        finally:
            settings.SECRETS_DIR, settings.GUANJIA_APP_ROLE = secrets_before, app_before
            settings.WITNESS, settings.WITNESS_COPY = witness_before


@contextmanager
def django_at(url: str) -> Iterator[None]:
    """Let Django's default connection lead to ``url``."""
    parts, before = urlsplit(url), connections["default"]
    query = parse_qs(parts.query)
    address = {
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query["host"][0] if "host" in query else parts.hostname or "",
        "PORT": query["port"][0] if "port" in query else str(parts.port or ""),
        "OPTIONS": {},  # the suite's connection plays a role there that is not known here
    }
    there = type(before)({**before.settings_dict, **address}, "default")
    connections["default"] = there
    try:
        yield
    finally:
        there.close()
        connections["default"] = before


def _to(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()
