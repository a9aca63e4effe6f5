"""Deny by default: a route without a declared permission stops the start."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import URLPattern, URLResolver, get_resolver

# Libraries whose views guard themselves, by the module their views live in.
# The gallery shows no data, and is there under DEBUG only.
SELF_GUARDED = ("django.views.static", "django.contrib.staticfiles", "guanjia.core.components")


def routes(
    resolver: URLResolver | None = None, prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Yield every address pattern with its whole path."""
    for pattern in (resolver or get_resolver()).url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, path)
        else:
            yield path, pattern


@register(Tags.urls)
def every_route_declares_its_permission(**_kwargs: Any) -> list[CheckMessage]:
    """Name each route that does not say who may use it."""
    return [
        Error(
            f"{path}: declares no permission",
            hint="add @permits(...) to its view",
            id="guanjia.E010",
        )
        for path, pattern in routes()
        if not hasattr(pattern.callback, "declared_permission")
        and not str(getattr(pattern.callback, "__module__", "")).startswith(SELF_GUARDED)
    ]
