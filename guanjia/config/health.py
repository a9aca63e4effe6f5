"""Two addresses for whoever watches the program: is it alive, is it ready."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from guanjia.accounts.permits import open_to_anyone
from guanjia.records.key_witness import key_fault


@open_to_anyone
@require_safe
def livez(_request: HttpRequest) -> JsonResponse:
    """Answer without touching the database; open, since a watchdog has no account."""
    return JsonResponse({"alive": True})


@open_to_anyone
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Say 200 when work can be done, else 503 with what is wrong; open, and without any detail of data."""
    faults = _faults()
    return JsonResponse({"ready": not faults, "faults": faults}, status=503 if faults else 200)


def _faults() -> list[str]:
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return ["数据库结构不是这个版本的：请运行 bin/guanjia migrate"]
        fault = key_fault()
    except DatabaseError:
        return ["连不上数据库"]
    return [fault] if fault else []
