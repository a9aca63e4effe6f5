"""Forgetting uploaded workbooks in time."""

from django.utils import timezone
from procrastinate.contrib.django import app

from guanjia.onboarding.actions import forget_files


@app.periodic(cron="10 3 * * *")
@app.task(queueing_lock="forget_imported_files")
def forget_imported_files(timestamp: int) -> None:  # noqa: ARG001 - given to periodic tasks
    """Forget those that came more than a week ago."""
    forget_files(at=timezone.now())
