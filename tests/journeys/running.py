"""The program as an office runs it, in processes of its own, on the suite's database: to be killed and started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.conf import settings
from django.db import connection

PATIENCE_S = 120


class Program:
    """The web server at one port; ``kill`` ends it as a power cut would."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        secrets = folder / "secrets"
        secrets.mkdir()
        (secrets / "django_secret").write_text(settings.SECRET_KEY, encoding="ascii")
        keys = (Path(settings.SECRETS_DIR) / "seal.json").read_bytes()
        (secrets / "seal.json").write_bytes(keys)
        login = urlsplit(os.environ["GUANJIA_TEST_APP_URL"])
        database = connection.settings_dict["NAME"]
        self._variables = {
            **os.environ,
            "DATABASE_URL": login._replace(path=f"/{database}").geturl(),
            "GUANJIA_HOME": str(folder),
            "GUANJIA_PUBLIC_URL": self.url,
            "GUANJIA_SECRETS": str(secrets),
            "PYTHONPATH": str(settings.BASE_DIR),
        }
        self._log = folder / "web.log"

    def start(self) -> None:
        """Start the server and return once it answers."""
        words = "-P -m granian --interface wsgi --no-ws --http 1 --workers 1 --blocking-threads 4"
        command = [sys.executable, *words.split(), "--host", "127.0.0.1", "--port", str(self.port)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "guanjia.config.wsgi:application"],
                env=self._variables,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                with urlopen(f"{self.url}/livez", timeout=PATIENCE_S):  # noqa: S310 - our own
                    return
            except OSError:
                alive = self._process.poll() is None and time.monotonic() < deadline
                assert alive, self._log.read_text(encoding="utf-8")

    def kill(self) -> None:
        """Send SIGKILL to the server and its workers."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
