"""Each request's id and its one line in the log; no personal data, no query string."""

import logging
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from guanjia.core.request_id import request_id

_log = logging.getLogger("guanjia.request")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class RequestId:
    """Names a request, so that the journal, the log and the answer can be put side by side."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Set the id for the length of the request and log how it went."""
        name, started = uuid.uuid4().hex, time.perf_counter()
        token = request_id.set(name)
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = name
            _log.info("request", extra=_told(request, response.status_code, started))
            return response
        finally:
            request_id.reset(token)


def _told(request: HttpRequest, status: int, started: float) -> dict[str, Any]:
    """Return what the log says of a request: the route's name, never what stands in the address.

    Who is signed in is told where the request has asked for it anyway.
    """
    match = request.resolver_match
    user = getattr(getattr(request, "user", None), "_wrapped", None)
    return {
        "method": request.method if request.method in _METHODS else "other",
        "route": match.view_name if match else None,
        "status": status,
        "ms": round((time.perf_counter() - started) * 1000),
        "user": getattr(user, "pk", None),
    }
