"""A room stands on those below it: in imports, in foreign keys, in migrations."""

import ast
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from tests.architecture.source import PACKAGE, ROOT, named, tracked

pytestmark = pytest.mark.rules


def _floors() -> dict[str, int]:
    """Return each room's height, from .importlinter: the higher, the nearer to the roof."""
    config = ConfigParser()
    config.read(ROOT / ".importlinter")
    heights = {}
    for base, section in (("guanjia", "floors"), ("guanjia.money", "money")):
        layers = config[f"importlinter:contract:{section}"]["layers"].split("\n")
        for height, line in enumerate(reversed([line for line in layers if line.strip()])):
            for room in line.replace(":", "|").split("|"):
                heights[f"{base}.{room.strip(' ()')}"] = height
    return heights


FLOORS = _floors()


def upward(model: type[models.Model]) -> list[str]:
    """Return the foreign keys of ``model`` that point to a room above or beside its own."""
    return [
        f"{model._meta.label}.{field.name} → {target._meta.label}"
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and (target := field.remote_field.model)
        and not stands_on(_room(model), _room(target))
    ]


def stands_on(room: str, below: str) -> bool:
    if room == below or below not in FLOORS:
        return True
    if room.startswith("guanjia.money.") and below.startswith("guanjia.money."):
        return FLOORS[room] > FLOORS[below]
    return FLOORS[_top(room)] > FLOORS[_top(below)]


def _top(room: str) -> str:
    return ".".join(room.split(".")[:2])


def _room(model: type[models.Model]) -> str:
    return apps.get_app_config(model._meta.app_label).name


def test_foreign_keys_point_downwards():
    rooms = [model for model in apps.get_models() if _room(model).startswith("guanjia.")]
    assert rooms
    assert [fault for model in rooms for fault in upward(model)] == []


def test_the_control_an_upward_key_is_found():
    class Wrong(models.Model):  # noqa: DJ008 - never shown
        receipt = models.ForeignKey("payments.Receipt", models.PROTECT)

        class Meta:
            app_label = "accounts"

    del apps.all_models["accounts"]["wrong"]
    apps.clear_cache()
    assert upward(Wrong) == ["accounts.Wrong.receipt → payments.Receipt"]


def test_imports_keep_the_floors():
    tool = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    assert tool
    done = subprocess.run(
        [tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_every_room_is_on_a_floor():
    rooms = {f"guanjia.{path.parent.name}" for path in PACKAGE.glob("*/__init__.py")}
    listed = {room for room in FLOORS if room.count(".") == 1}
    assert rooms == listed
    assert len(listed) > 5


# Field classes that migrations name; everything else a migration needs stands in the migration.
FIELDS = {"guanjia.core.database.fields", "guanjia.core.sealing.fields"}


def imports_of(text: str) -> set[str]:
    """Return the application modules that a Python file imports."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return {name for name in found if name.split(".")[0] == "guanjia"}


def test_migrations_import_no_application_code():
    files = [path for path in tracked() if path.parent.name == "migrations"]
    assert len(files) > 5
    wrong = {
        named(path): names
        for path in files
        if (names := imports_of(path.read_text(encoding="utf-8")) - FIELDS)
    }
    assert wrong == {}


def test_the_control_such_an_import_is_found():
    text = "import guanjia.core.database.fields\nfrom guanjia.accounts.models import User\n"
    assert imports_of(text) - FIELDS == {"guanjia.accounts.models"}
