"""``python -m guanjia.config.serving``: the web server. The program is loaded once, then forked into its processes.

So a start loads it once and not once a process, and the processes share what neither of them changes. A process that
dies is forked anew from the same memory. Where there is no fork (Windows, untested) each loads the program itself.
"""

import argparse
import gc
import importlib

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

APPLICATION = "guanjia.config.wsgi:application"
PROCESSES, THREADS = 2, 4
# A thread that ends takes its connection to the database along; the next request would make both anew.
THREAD_IDLE_S = 600
LONGEST_GOODBYE_S = 25


def main() -> None:
    """Serve until told to stop."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--application", default=APPLICATION)
    wants = options.parse_args()
    importlib.import_module(wants.application.partition(":")[0])
    gc.collect()
    gc.freeze()  # what is loaded stays: looking through it for litter would only unshare its pages
    Granian(
        wants.application,
        address=wants.host,
        port=wants.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=PROCESSES,
        blocking_threads=THREADS,
        blocking_threads_idle_timeout=THREAD_IDLE_S,
        respawn_failed_workers=True,
        workers_kill_timeout=LONGEST_GOODBYE_S,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    main()
