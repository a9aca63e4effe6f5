"""A granian of our own, and clients that press on it."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlencode

_PATIENCE_S = 120
_ROOT = Path(__file__).parents[2]


class Web:
    """A web server as the product starts it, in a session of its own; every start listens on the same port."""

    def __init__(self, application: str, variables: Mapping[str, str]) -> None:
        self.port = free_port()
        self.application = application
        self._variables = os.environ | {"PYTHONPATH": str(_ROOT), **variables}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and return as soon as it answers."""
        command = [sys.executable, "-P", "-m", "guanjia.config.serving"]
        command += ["--port", str(self.port), "--application", self.application]
        self.process = subprocess.Popen(
            command,
            env=self._variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            try:
                with closing(Browser(self.port)) as browser:
                    browser.get("/livez")
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{self.application} does not come up") from None
                time.sleep(0.1)
            else:
                return

    def stop(self) -> None:
        """Ask it to finish, and wait until it has."""
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None


@contextmanager
def served(application: str, variables: Mapping[str, str]) -> Iterator[int]:
    """Serve a WSGI application as the product is served; yields its port on the loopback."""
    web = Web(application, variables)
    try:
        web.start()
        yield web.port
    finally:
        web.stop()


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


class Browser:
    """One client: a connection kept alive, and its cookies.

    A request that finds its connection gone is sent ``again``, as browsers do; without that, whoever asks is told.
    """

    def __init__(self, port: int, *, again: bool = True) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)
        self._cookies: SimpleCookie = SimpleCookie()
        self._again = again
        self.led_to = ""  # where the last answer leads

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def get(self, path: str) -> tuple[int, str]:
        """Return status and text."""
        return self._ask("GET", path, None)

    def post(self, path: str, fields: Mapping[str, object]) -> tuple[int, str]:
        """Send a form with its token; return status and text."""
        token = self._cookies.get("csrftoken")
        words = {**fields, "csrfmiddlewaretoken": token.value} if token else fields
        return self._ask("POST", path, urlencode(words))

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        headers = {"Cookie": self._cookies.output(attrs=[], header="", sep=";").strip()}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            self._connection.close()
            if not self._again:
                raise
            # Kept alive for too long; a payment's key makes asking again safe.
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
        for header in answer.headers.get_all("Set-Cookie") or ():
            self._cookies.load(header)
        self.led_to = answer.headers.get("Location", "")
        return answer.status, answer.read().decode()


@dataclass(frozen=True, slots=True)
class Load:
    """What came of pressing for a while: requests a second, and the 95th percentile in seconds."""

    rate: float
    p95: float


def press(clients: list[Callable[[], None]], seconds: float) -> Load:
    """Let every client send one request after the other for ``seconds``."""
    laps: list[float] = []
    faults: list[BaseException] = []
    until = time.perf_counter() + seconds

    def go(send: Callable[[], None]) -> None:
        try:
            while (started := time.perf_counter()) < until:
                send()
                laps.append(time.perf_counter() - started)
        except BaseException as fault:  # noqa: BLE001 - told by the caller's thread
            faults.append(fault)

    threads = [threading.Thread(target=go, args=[send]) for send in clients]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return Load(len(laps) / (time.perf_counter() - started), quantiles(laps, n=20)[-1])
