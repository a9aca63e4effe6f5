"""A production server, made once and copied."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from guanjia.core.backup.store import Store
from guanjia.core.backup.tests.servers import Desk, copy_home, directory
from guanjia.core.embedded import start


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    with directory() as place:
        home = place / "home"
        start(home).stop()
        yield home


@pytest.fixture
def desk(template: Path) -> Iterator[Desk]:
    with directory() as place:
        home = copy_home(template, place / "home")
        server = start(home)
        made = Desk(server, Store(place / "backups"), home)
        made.do("CREATE TABLE work (n int)")
        try:
            yield made
        finally:
            server.stop()
