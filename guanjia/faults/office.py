"""An office of its own: unpaid bills, desks with a cashier at work, and the processes that serve them."""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from math import ceil
from pathlib import Path
from typing import Self

from django.conf import settings
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from guanjia.accounts.jobs import clear_sessions
from guanjia.accounts.models import Community, Grant, User
from guanjia.accounts.permissions import Role
from guanjia.bench.estate import make_community
from guanjia.bench.ground import Ground
from guanjia.bench.processes import family
from guanjia.bench.web import Browser, Web
from guanjia.core.calendar import Month
from guanjia.core.labelled import Labelled
from guanjia.money.bills.actions import issue_bills
from guanjia.money.bills.models import Bill
from guanjia.money.closing.actions import open_shift
from guanjia.money.payments.models import Desk

APPLICATION = "guanjia.config.wsgi:application"
_MONTHS = 6
_PATIENCE_S = 120
_LOOK_S = 0.05


class Victim(Labelled):
    """What is killed at once, each by SIGKILL."""

    WEB_PROCESS = "web-process", "一个网页进程"
    WEB = "web", "整个网页服务"
    WORKER = "worker", "后台任务"
    BACKEND = "backend", "一个数据库进程"
    DATABASE = "database", "整个数据库"
    EVERYTHING = "everything", "全部进程"


class Office:
    """One community on ``ground`` with ``bills`` unpaid bills and ``desks`` desks. Use as a context manager."""

    def __init__(
        self, ground: Ground, *, desks: int, bills: int, application: str = APPLICATION
    ) -> None:
        self.ground = ground
        made = make_community(ground, units=ceil(bills / _MONTHS), items=1)
        self.community = Community.objects.get(pk=made.community)
        self.cashier = User(staff_no="F001", name="收银")
        self.cashier.set_unusable_password()
        self.cashier.save()
        now = timezone.now()
        Grant.objects.create(
            community=self.community, user=self.cashier, role=Role.CASHIER, granted_at=now
        )
        self.desks = [
            Desk.objects.create(community=self.community, name=f"收银台{n}", prefix=f"D{n}")
            for n in range(desks)
        ]
        for desk in self.desks:
            open_shift(desk=desk, notes={}, by=self.cashier, at=now)
        first = Month(2026, 1)
        for month in first.until(first + (_MONTHS - 1)):
            list(issue_bills(community=self.community, month=month, by=None, at=now, ahead=True))
        ground.settle()
        bills_there = Bill.objects.filter(community=self.community).order_by("pk")
        self.unpaid = iter(bills_there.values_list("pk", "unit__key", "amount_fen"))
        self.jobs: list[int] = []
        self.red: list[str] = []
        # What it logs and collects is its own too.
        self._variables = ground.variables | {
            "GUANJIA_HOME": str(settings.SECRETS_DIR.parent / "home")
        }
        self._web = Web(application, self._variables)
        self._worker: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Open for business."""
        self.bring_up()
        return self

    def __exit__(self, *_: object) -> None:
        """End what runs; the ground's server is the ground's own affair."""
        for process in filter(None, (self._web.process, self._worker)):
            _kill(family(process.pid))
            process.wait()
        self.ground.server.revive()
        connection.close()

    @property
    def port(self) -> int:
        """Where the web server listens, before and after every kill."""
        return self._web.port

    def bring_up(self) -> None:
        """Start whatever does not run, as ``bin/run`` does, and return once the program has its database again.

        What it says is not well then is in ``red``.
        """
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            self.ground.server.revive()  # one that is just dying still answers: look again
            if self._web.process is None:
                self._web.start()
            if self._worker is None or self._worker.poll() is not None:
                self._worker = self._start_worker()
            if (checks := self._checks()) is not None:
                self.red = sorted(name for name, state in checks.items() if state == "red")
                break
            if time.monotonic() > deadline:
                raise RuntimeError("the office is not ready again")
            time.sleep(_LOOK_S)
        connection.close()  # ours may have been killed too

    def queue_a_job(self) -> None:
        """Leave something for the worker to do."""
        number = len(self.jobs)
        lock = f"faults {number}"
        job = clear_sessions.configure(queueing_lock=lock).defer(timestamp=number)
        self.jobs.append(job)

    def finish_jobs(self) -> bool:
        """Wait until everything queued is done, by a worker started anew where it ended; whether it came to that."""
        left = ProcrastinateJob.objects.filter(pk__in=self.jobs, status="todo")
        deadline = time.monotonic() + _PATIENCE_S
        while left.exists():
            if time.monotonic() > deadline:
                return False
            self.bring_up()
            time.sleep(_LOOK_S)
        return True

    def kill(self, victim: Victim, chance: random.Random) -> None:
        """Kill ``victim`` where it stands; nothing is asked to finish."""
        _kill(self._doomed(victim, chance))
        if victim in {Victim.WEB, Victim.EVERYTHING} and self._web.process:
            self._web.process.wait()
            self._web.process = None
        if victim in {Victim.WORKER, Victim.EVERYTHING} and self._worker:
            self._worker.wait()
            self._worker = None

    def _doomed(self, victim: Victim, chance: random.Random) -> list[int]:
        web = list(family(self._web.process.pid)) if self._web.process else []
        worker = list(family(self._worker.pid)) if self._worker else []
        server = list(family(self._postmaster()))
        return {
            Victim.WEB_PROCESS: [chance.choice(web[1:] or web)],
            Victim.WEB: web,
            Victim.WORKER: worker,
            Victim.BACKEND: [chance.choice(list(filter(_serves_the_app, server)) or server[1:])],
            Victim.DATABASE: server,
            Victim.EVERYTHING: [*web, *worker, *server],
        }[victim]

    def _postmaster(self) -> int:
        told = self.ground.server.place / "data" / "postmaster.pid"
        return int(told.read_text(encoding="utf-8").splitlines()[0])

    def _start_worker(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "django", "work"],
            env=os.environ
            | {
                "PYTHONPATH": str(settings.BASE_DIR),
                "DJANGO_SETTINGS_MODULE": "guanjia.config.settings",
            }
            | self._variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _checks(self) -> dict[str, str] | None:
        """Return what ``/readyz`` says of each thing; None until it could look at all of them."""
        with (
            suppress(OSError, http.client.HTTPException, ValueError),
            closing(Browser(self.port)) as browser,
        ):
            checks: dict[str, str] = json.loads(browser.get("/readyz")[1])["checks"]
            return checks if "witness" in checks else None
        return None


def _kill(pids: Iterator[int] | list[int]) -> None:
    for pid in list(pids):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _serves_the_app(pid: int) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError):
        return b"guanjia_app" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False
