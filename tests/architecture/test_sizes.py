"""Names say what a module holds, and nothing grows past what one reads at a sitting."""

from statistics import median

import pytest

from tests.architecture.source import functions, length, modules, named, tracked

pytestmark = pytest.mark.rules

BANNED = {"utils", "helpers", "common", "services", "signals", "managers", "misc"}
FILE_LINES, FUNCTION_LINES, VIEW_LINES, MEDIAN_LINES = 400, 70, 25, 80


def lines(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_module_is_named_for_nothing():
    assert [named(p) for p in tracked() if p.suffix == ".py" and p.stem in BANNED] == []


def test_files_are_short():
    sizes = {named(p): lines(p) for p in tracked() if p.suffix in {".py", ".js", ".css", ".html"}}
    long = {n: size for n, size in sizes.items() if size > FILE_LINES and "/vendor/" not in n}
    assert long == {}


def test_the_middle_file_is_shorter_still():
    assert median(lines(path) for path in modules()) <= MEDIAN_LINES


def test_functions_are_short():
    long = {
        f"{named(path)}:{node.name}": length(node)
        for path in tracked()
        if path.suffix == ".py" and "migrations" not in path.parts
        for node in functions(path)
        if length(node) > FUNCTION_LINES
    }
    assert long == {}


def test_a_view_parses_calls_one_action_and_answers():
    long = {
        f"{named(path)}:{node.name}": length(node)
        for path in modules()
        if path.parent.name == "views" or path.name == "views.py"
        for node in functions(path)
        if length(node) > VIEW_LINES
    }
    assert long == {}
