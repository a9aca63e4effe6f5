"""Two addresses for whoever watches the program: is it alive, is it ready."""

import logging
from contextlib import suppress
from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from guanjia.accounts.permits import open_to_anyone
from guanjia.records.key_witness import key_fault

logger = logging.getLogger(__name__)


@open_to_anyone
@require_safe
def livez(_request: HttpRequest) -> JsonResponse:
    """Answer without touching the database; open, since a watchdog has no account."""
    return JsonResponse({"alive": True})


@open_to_anyone
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Say 200 when work can be done, else 503; open, so it names what is well and the log says what is wrong."""
    checks = {"database": False, "schema": False, "keys": False}
    fault: str | None = "连不上数据库"
    with suppress(DatabaseError):
        applied = MigrationRecorder(connection).applied_migrations()
        checks["database"], fault = True, "数据库结构不是这个版本的：请运行 bin/guanjia migrate"
        if _expected() <= applied.keys():
            checks["schema"], fault = True, key_fault()
            checks["keys"] = fault is None
    if fault:
        logger.error("not ready: %s", fault)
    return JsonResponse({"ready": not fault, **checks}, status=503 if fault else 200)


@cache
def _expected() -> frozenset[tuple[str, str]]:
    """Return the newest migration of each app; it is this process's own code, so it never changes."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())
