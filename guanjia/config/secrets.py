"""Django's signing secret: a file beside the data, made once, never in the repository."""

import os
import secrets
from pathlib import Path


def django_secret(directory: Path) -> str:
    """Return the secret in ``directory``, making it on the first start (mode 0600)."""
    path = directory / "django_secret"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = secrets.token_urlsafe(50)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process of the same start was first
            return path.read_text(encoding="ascii").strip()
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(made)
        return made
