"""PostgreSQL as a part of the program: an office installs no database and keeps no database server."""

from guanjia.core.embedded.problem import EmbeddedServerError
from guanjia.core.embedded.server import Server, start, temporary

__all__ = ["EmbeddedServerError", "Server", "start", "temporary"]
