"""The least that takes a payment: a WSGI application that runs the yardstick's statements and nothing else."""

import os
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import psycopg

from guanjia.bench.payment_sql import STEPS, in_python

_STEPS = [in_python(step) for step in STEPS]
_thread = threading.local()


def application(
    environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    """Pay the bill ``bill`` at the desk ``desk``."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
    values: dict[str, Any] = {name: int(value[0]) for name, value in parse_qs(body).items()}
    if values:
        _pay(values)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(values.get("number", "")).encode()]


def _pay(values: dict[str, Any]) -> None:
    if not hasattr(_thread, "connection"):
        _thread.connection = psycopg.connect(os.environ["YARDSTICK_URL"])
    with _thread.connection.transaction(), _thread.connection.cursor() as cursor:
        for step in _STEPS:
            cursor.execute(step, values)
            if cursor.description:
                values |= dict(
                    zip(
                        (column.name for column in cursor.description),
                        cursor.fetchone(),
                        strict=True,
                    )
                )
