"""Where a request comes from: its address, and the browser it was sent by."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

_DEVICE_AGE_S = 400 * 24 * 3600  # the longest a browser keeps a cookie


@dataclass(frozen=True, slots=True)
class Visitor:
    """The other end. ``device`` is None for a browser that nobody has signed in with yet."""

    address: str
    device: bytes | None = None


def visitor_of(request: HttpRequest) -> Visitor:
    """Return who is at the other end of ``request``."""
    token = request.COOKIES.get(settings.DEVICE_COOKIE_NAME)
    return Visitor(_address_of(request), _hashed(token) if token else None)


def make_known(request: HttpRequest) -> Visitor:
    """Give the browser a name if it has none, and return the visitor with it."""
    visitor = visitor_of(request)
    if visitor.device:
        return visitor
    token = secrets.token_urlsafe(24)
    request.META["guanjia.device"] = token
    request.COOKIES[settings.DEVICE_COOKIE_NAME] = token
    return visitor_of(request)


def is_direct_loopback(request: HttpRequest) -> bool:
    """Whether the request comes from this very machine, by no proxy and by a loopback name."""
    forwarded = {"HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP"} & request.META.keys()
    host = request.get_host().rsplit(":", 1)[0].strip("[]")
    return (
        not forwarded
        and ip_address(request.META["REMOTE_ADDR"]).is_loopback
        and host in settings.LOOPBACK_HOSTS
    )


class DeviceMiddleware:
    """Keeps a browser's name in a cookie of its own, which outlives its sessions."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Set the cookie of a browser that was made known during the request."""
        response = self.get_response(request)
        if token := request.META.get("guanjia.device"):
            response.set_cookie(
                settings.DEVICE_COOKIE_NAME,
                token,
                max_age=_DEVICE_AGE_S,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


def _address_of(request: HttpRequest) -> str:
    """Return the peer's address, or what a trusted proxy says it was (its own, last, entry)."""
    peer: str = request.META["REMOTE_ADDR"]
    if peer in settings.TRUSTED_PROXIES and (hops := request.headers.get("X-Forwarded-For")):
        try:
            return str(ip_address(hops.rpartition(",")[2].strip()))
        except ValueError:
            return peer
    return peer


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()[:16]
