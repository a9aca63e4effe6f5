"""What the repository must not carry."""

import re
from pathlib import Path

import pytest

from tests.architecture.source import named, tracked

pytestmark = pytest.mark.rules

# Offices install behind mirrors, so no file may tie us to a registry; nor to one person's machine.
HOSTS = re.compile(
    "|".join(
        map(
            re.escape,
            ["pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com"],
        )
    )
)
MACHINE = re.compile(r"(?<![\w.])/(?:home|Users|root|work)/[\w.-]+/")
BINARY = {".png", ".otf", ".ttf", ".woff2", ".xlsx", ".pdf", ".mo"}


def texts():
    for path in tracked():
        if path.suffix not in BINARY:
            yield named(path), path.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("pattern", [HOSTS, MACHINE], ids=["registry hosts", "machine paths"])
def test_no_such_thing_is_tracked(pattern):
    own = named(Path(__file__))
    found = {
        name: hit[0] for name, text in texts() if name != own and (hit := pattern.search(text))
    }
    assert found == {}


def test_the_control_they_would_be_found():
    assert HOSTS.search("https://pypi" + ".org/simple")
    assert MACHINE.search("open('/home/li/guanjia/x')")
    assert not MACHINE.search("https://example.cn/home/li/x")
