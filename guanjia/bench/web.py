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


@contextmanager
def served(application: str, variables: Mapping[str, str]) -> Iterator[int]:
    """Serve a WSGI application as the product is served; yields its port on the loopback."""
    port = free_port()
    command = [sys.executable, "-P", "-m", "guanjia.config.serving"]
    command += ["--port", str(port), "--application", application]
    environment = os.environ | {"PYTHONPATH": str(_ROOT), **variables}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            try:
                with closing(Browser(port)) as browser:
                    browser.get("/livez")
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{application} does not come up") from None
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


class Browser:
    """One client: a connection kept alive, and its cookies."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)
        self._cookies: SimpleCookie = SimpleCookie()

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
            self._connection.close()  # kept alive for too long; a payment's key makes asking again safe
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
        for header in answer.headers.get_all("Set-Cookie") or ():
            self._cookies.load(header)
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
