"""Each kind of fault is planted by a test that shows what finds it: ``bin/test -m planted``."""

import re

import pytest

from tests.architecture.source import tracked

pytestmark = pytest.mark.rules

KINDS = {
    "missing lock",
    "key written before the work",
    "CHECK removed",
    "a view without its guard",
    "async commit",
    "early acknowledgement",
    "witness written late",
}
MARK = re.compile(r'^ *@pytest\.mark\.planted\("(.+)"\)$', re.MULTILINE)


def test_every_kind_of_fault_is_planted():
    tests = [path for path in tracked() if path.name.startswith("test_") and path.suffix == ".py"]
    planted = {kind for path in tests for kind in MARK.findall(path.read_text(encoding="utf-8"))}
    assert planted == KINDS
