"""``bin/guanjia work``: the process that does jobs in the background."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from procrastinate.contrib.django import app


class Command(BaseCommand):
    help = "运行后台作业进程；Ctrl-C 等手上的作业做完后退出"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=int, default=2, help="同时做几个作业")
        parser.add_argument("--once", action="store_true", help="做完已排队的作业即退出")

    def handle(self, *_args: Any, **options: Any) -> None:
        if sys.platform == "win32":  # psycopg cannot use Windows' default loop
            asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
        connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]  # it is Django's
        with app.replace_connector(connector) as worker, _connections_of_a_job():
            worker.run_worker(concurrency=options["concurrency"], wait=not options["once"])


@contextmanager
def _connections_of_a_job() -> Iterator[None]:
    """Let each job's connection end with it: jobs are few, and their threads end without closing anything."""
    database = connections["default"].settings_dict  # every thread's connections are made from it
    kept = database["CONN_MAX_AGE"]
    database["CONN_MAX_AGE"] = 0
    try:
        yield
    finally:
        database["CONN_MAX_AGE"] = kept
