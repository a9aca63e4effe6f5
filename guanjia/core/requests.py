"""Each request's id and its one line in the log; no personal data, no query string."""

import logging
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponseBase

request_id: ContextVar[str] = ContextVar("request_id", default="")
_log = logging.getLogger("guanjia.request")


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
            match = request.resolver_match
            _log.info(
                "%s %s %s",
                request.method,
                match.route if match else "-",
                response.status_code,
                extra={"ms": round((time.perf_counter() - started) * 1000)},
            )
            return response
        finally:
            request_id.reset(token)
