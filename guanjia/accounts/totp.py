"""Time-based one-time passwords (RFC 6238, SHA-1, 6 digits, 30 s): what every authenticator app speaks."""

import base64
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

DIGITS = 6
PERIOD_S = 30
_DRIFT_STEPS = 1  # a phone's clock may be half a minute off


def new_secret() -> str:
    """Return 160 random bits in base32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, step: int) -> str:
    """Return the code of ``secret`` in one 30-second ``step`` (RFC 4226 §5.3)."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(at: datetime) -> int:
    """Return the 30-second step that ``at`` falls into."""
    return int(at.timestamp()) // PERIOD_S


def matching_step(secret: str, code: str, *, at: datetime) -> int | None:
    """Return the step whose code this is, or None. The caller sees to it that no step serves twice."""
    now = step_of(at)
    for step in range(now - _DRIFT_STEPS, now + _DRIFT_STEPS + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            return step
    return None


def address(secret: str, *, label: str) -> str:
    """Return the ``otpauth://`` address that an app reads from a QR code."""
    query = urlencode({"secret": secret, "issuer": "管家"}, quote_via=quote)
    return f"otpauth://totp/{quote(f'管家:{label}')}?{query}"
