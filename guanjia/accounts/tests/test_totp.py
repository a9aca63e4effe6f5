"""Authenticator codes are RFC 6238's."""

from datetime import UTC, datetime

import pytest

from guanjia.accounts import totp

pytestmark = pytest.mark.rules
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # appendix B: "12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_vectors_of_the_standard(seconds, code):
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp.code_at(RFC_SECRET, totp.step_of(at)) == code
    assert totp.matching_step(RFC_SECRET, code, at=at) == totp.step_of(at)


def test_a_clock_half_a_minute_off_is_met_and_two_minutes_are_not():
    at = datetime(2026, 11, 23, tzinfo=UTC)
    now = totp.step_of(at)
    for off in (-1, 0, 1):
        code = totp.code_at(RFC_SECRET, now + off)
        assert totp.matching_step(RFC_SECRET, code, at=at) == now + off
    assert totp.matching_step(RFC_SECRET, totp.code_at(RFC_SECRET, now + 4), at=at) is None
    assert totp.matching_step(RFC_SECRET, "", at=at) is None
    assert totp.matching_step(RFC_SECRET, "１２３４５６", at=at) is None
