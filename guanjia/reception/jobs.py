"""The reception's upkeep."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from guanjia.reception.actions import finish_left_visits


@app.periodic(cron="20 3 * * *")
@app.task(queueing_lock="left-visits")
def end_left_visits(timestamp: int) -> None:
    """End visits that nobody ended for days; a second run finds none."""
    finish_left_visits(at=datetime.fromtimestamp(timestamp, UTC))
