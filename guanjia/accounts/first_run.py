"""The code that opens the first-run wizard: it shows that whoever types it sees the server's console."""

import base64
import hmac

from django.conf import settings

from guanjia.accounts.models import User


def is_open() -> bool:
    """Whether nobody has an account yet; people are never deleted, so once closed it stays so."""
    return not User.objects.exists()


def setup_code() -> str:
    """Return the installation's code, such as ``k3f7-9q2x-...``; it lives as long as the wizard is open."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), b"guanjia first run", "sha256")
    code = base64.b32encode(digest)[:16].decode().lower()
    return "-".join(code[i : i + 4] for i in range(0, 16, 4))


def is_setup_code(code: str) -> bool:
    """Whether ``code`` is the one on the console."""
    return hmac.compare_digest(code.strip().lower().encode(), setup_code().encode())
