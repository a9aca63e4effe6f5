"""A progress bar on a terminal; nothing where nobody looks."""

from django.core.management.base import OutputWrapper

from guanjia.onboarding.writing import Progress, silent

_WIDTH = 24


def bar(stream: OutputWrapper) -> Progress:
    """Return what draws a bar on ``stream``, if it is a terminal."""
    if not stream.isatty():
        return silent

    def draw(what: str, done: int, of: int) -> None:
        filled = _WIDTH * done // max(of, 1)
        drawn = "█" * filled + "░" * (_WIDTH - filled)
        end = "\n" if done == of else ""
        stream.write(f"\r\033[K{what} {drawn} {done:,}/{of:,}{end}", ending="")
        stream.flush()

    return draw
