"""The diagrams in docs/states are those of the tables."""

from enum import StrEnum

import pytest

from guanjia.core.management.commands.draw_states import FOLDER, draw, drawings

pytestmark = pytest.mark.rules


def test_every_diagram_is_its_tables():
    drawn = dict(drawings())
    assert drawn
    kept = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert kept == drawn, "run bin/guanjia draw_states"


def test_the_control_another_table_draws_another_diagram():
    class Door(StrEnum):
        """A door."""

        OPEN = "open"
        SHUT = "shut"

    one_way = draw({Door.OPEN: frozenset({Door.SHUT}), Door.SHUT: frozenset()})
    both = draw({Door.OPEN: frozenset({Door.SHUT}), Door.SHUT: frozenset({Door.OPEN})})
    assert "[*] --> OPEN" in one_way
    assert "SHUT --> [*]" in one_way
    assert one_way != both
