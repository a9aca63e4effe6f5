"""Web servers with a fault planted in them."""

import threading
import time
from concurrent.futures import Future
from typing import Any

from django.db import connection, transaction

from guanjia.config.wsgi import application
from guanjia.desk.views import payments
from guanjia.money.ledger.witness import say
from guanjia.money.payments import witnessing
from guanjia.money.payments.taking import take_payment

_HELD_BACK_S = 0.3


def early_answer(environ, start_response):
    """Acknowledge each payment a moment before it is committed."""
    payments.take_payment = _answered_early  # type: ignore[attr-defined]  # it is what the view calls
    return application(environ, start_response)


def late_witness(environ, start_response):
    """Have each receipt written down a moment after it was acknowledged."""
    witnessing.say = _said_late  # type: ignore[attr-defined]
    return application(environ, start_response)


def _answered_early(**asked):
    told: Future[Any] = Future()

    def work():
        try:
            with transaction.atomic():
                told.set_result(take_payment(**asked))
                time.sleep(_HELD_BACK_S)
        finally:
            connection.close()

    threading.Thread(target=work).start()
    return told.result()


def _said_late(testimony):
    threading.Timer(_HELD_BACK_S, say, [testimony]).start()
