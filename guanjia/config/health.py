"""Two addresses for whoever watches the program: is it alive, is it ready."""

import logging

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from guanjia.accounts.permits import open_to_anyone
from guanjia.upkeep.condition import State, conditions, oldest_message_s, worst

logger = logging.getLogger(__name__)


@open_to_anyone
@require_safe
def livez(_request: HttpRequest) -> JsonResponse:
    """Answer without touching the database; open, since a watchdog has no account."""
    return JsonResponse({"alive": True})


@open_to_anyone
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Say 200 when work can be done, else 503; open, so it names what is well and the log says what is wrong."""
    now = timezone.now()
    found = list(conditions(now))
    state = worst(found)
    for condition in found:
        if condition.state is State.RED:
            logger.error("not ready: %s: %s", condition.name, condition.words)
        elif condition.words:
            logger.warning("%s: %s", condition.name, condition.words)
    reached = {condition.name for condition in found if condition.state is not State.RED}
    waiting = oldest_message_s(now) if "schema" in reached else None
    return JsonResponse(
        {
            "ready": state is not State.RED,
            "state": state,
            "checks": {condition.name: condition.state for condition in found},
            "outbox_oldest_s": waiting,
        },
        status=503 if state is State.RED else 200,
    )
