"""The queue's own upkeep. Messages in the outbox stay visibly pending until a carrier's room takes them."""

from contextlib import suppress

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException

_SILENT_FOR_S = 60


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="rescue", pass_context=True)
async def rescue_stalled_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - given to periodic tasks
    """Put jobs back whose worker has died; every job is written so that a second run does no harm."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=_SILENT_FOR_S):
        with suppress(ConnectorException):  # another worker has just put it back
            await manager.retry_job(job)
