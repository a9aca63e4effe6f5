"""The worker does what is queued, and puts back what a dead worker left half done."""

import gc
import inspect

import pytest
from django.core.management import call_command
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from guanjia.accounts.jobs import clear_sessions
from guanjia.records.jobs import rescue_stalled_jobs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _an_empty_queue():
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_periodic_defers")
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")


def defer(number):
    """Queue a job that can be told from the periodic ones."""
    return rescue_stalled_jobs.configure(queueing_lock=f"test {number}").defer(timestamp=number)


def status(job_id):
    return ProcrastinateJob.objects.get(pk=job_id).status


def leave_half_done(job_id, *, silent):
    """Make it look as if a worker took the job and was last heard of ``silent`` ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval) RETURNING id",
            [silent],
        )
        worker = cursor.fetchone()[0]
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s",
            [worker, job_id],
        )


def test_every_periodic_job_takes_what_it_is_given():
    jobs = [periodic.task for periodic in app.periodic_registry.periodic_tasks.values()]
    assert len(jobs) > 3
    for job in jobs:
        context = (object(),) if job.pass_context else ()
        inspect.signature(job.func).bind(*context, timestamp=0)


def test_queued_jobs_are_done():
    job = defer(1)
    call_command("work", "--once")
    assert status(job) == "succeeded"


def test_a_job_leaves_no_connection_open_behind_it():
    job = clear_sessions.configure().defer(timestamp=0)
    call_command("work", "--once")
    assert status(job) == "succeeded"
    gc.collect()  # what is still open is warned of here, and a warning fails


def test_a_dead_workers_job_is_done_after_all_and_a_living_ones_is_left():
    dead, living = defer(1), defer(2)
    leave_half_done(dead, silent="5 minutes")
    leave_half_done(living, silent="5 seconds")
    defer(3)
    call_command("work", "--once")
    call_command("work", "--once")
    assert status(dead) == "succeeded"
    assert status(living) == "doing"
