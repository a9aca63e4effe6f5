"""The name of the request at hand, so that the journal, the log and the answer can be put side by side."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
