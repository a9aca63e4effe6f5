"""Where a form says to go next: only ever somewhere inside this site."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def inside(request: HttpRequest, address: str) -> str:
    """Return ``address`` if it is a path of this site, else ''.

    A word that is no path would be taken for a route's name by ``redirect``, which knows none like it.
    """
    safe = url_has_allowed_host_and_scheme(
        address, {request.get_host()}, require_https=request.is_secure()
    )
    return address if safe and address.startswith("/") else ""
