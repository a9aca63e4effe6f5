"""What the worker does at night: audit the books, and once a week bring a backup back.

Both look every hour whether they are due: an office may be switched off at night.
"""

import logging
import subprocess
import sys

from django.utils import timezone
from procrastinate.contrib.django import app

from guanjia.upkeep import office
from guanjia.upkeep.nightly import audit_all, drill_is_due

logger = logging.getLogger("guanjia.upkeep")


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="nightly_audit")
def nightly_audit(timestamp: int) -> None:  # noqa: ARG001 - given to periodic tasks
    """Audit the books of each community whose night it is."""
    for run in audit_all(timezone.now()):
        if run.faults:
            logger.error("audit %s found %s faults", run.pk, run.faults)


@app.periodic(cron="37 * * * *")
@app.task(queueing_lock="weekly_drill", lock="weekly_drill")
def weekly_drill(timestamp: int) -> None:  # noqa: ARG001 - given to periodic tasks
    """Bring the newest backup back, where backups are taken at all; the command keeps what it found."""
    if office.store().latest() and drill_is_due(timezone.now()):
        command = [sys.executable, "-P", "-m", "django", "drill", "--json"]
        code = subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode
        if code:
            logger.error("the weekly drill ended with %s", code)
