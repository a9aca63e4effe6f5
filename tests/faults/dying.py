"""Acts in a process of their own that is killed at an exact point, and the state of every table beside it."""

import itertools
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

from django.db import connection, connections

from tests.faults.racing import owner

_TABLES = r"""
SELECT string_agg(format(
    'SELECT %L, md5(coalesce(string_agg(t::text, E''\n'' ORDER BY t::text), '''')) FROM %I t', relname, relname
), ' UNION ALL ') FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
_of_the_parent: list[Any] = []


def everything() -> dict[str, str]:
    """Return what each table of the database holds, as a sum."""
    with owner() as own:
        (statement,) = own.execute(_TABLES).fetchone() or ("",)
        return dict(own.execute(statement).fetchall())


def dies_at(point: int, act: Callable[[], Any]) -> bool:
    """Run ``act`` in a process that is killed at its ``point``; return False where it ended before.

    A point is passed after each statement and after each commit, before anything is done that waits for it.
    """
    child = os.fork()
    if child == 0:
        _act_and_die(point, act)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "it failed by itself, see above"
    return False


def _act_and_die(point: int, act: Callable[[], Any]) -> NoReturn:
    try:
        ours = _connect_anew()
        passed = itertools.count(1)

        def pass_point() -> None:
            if next(passed) == point:
                os.kill(os.getpid(), signal.SIGKILL)

        def watched(execute: Callable[..., Any], *words: Any) -> Any:
            done = execute(*words)
            pass_point()
            return done

        commit = ours._commit

        def committed() -> None:
            commit()
            pass_point()

        ours._commit = committed
        with ours.execute_wrapper(watched):
            act()
        os._exit(0)
    except BaseException:  # noqa: BLE001 - nothing of the parent's may run on in here
        traceback.print_exc(file=sys.__stderr__)
        os._exit(1)


def _connect_anew() -> Any:
    """Leave the parent's connection alone, its end included, and return one of the child's own."""
    inherited = connections["default"]
    _of_the_parent.append(inherited)
    ours = type(inherited)(inherited.settings_dict, "default")
    connections["default"] = ours
    return connection
