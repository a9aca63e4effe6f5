"""``bin/guanjia draw_states``: the diagrams in docs/states, drawn from the tables of every ``states.py``."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import module_has_submodule

FOLDER = Path(settings.BASE_DIR) / "docs" / "states"


def drawings() -> Iterator[tuple[str, str]]:
    """Yield the file name and the text of each diagram."""
    for config in apps.get_app_configs():
        if config.name.startswith("guanjia.") and module_has_submodule(config.module, "states"):
            module = import_module(f"{config.name}.states")
            for name, table in vars(module).items():
                if name.endswith("TRANSITIONS"):
                    yield f"{config.label}-{_kind(table).__name__}.md", draw(table)


def draw(table: Mapping[StrEnum, frozenset[StrEnum]]) -> str:
    """Return a Mermaid diagram of ``table``; states in the order they are declared."""
    kind = _kind(table)
    lines = [f"    {state.name} : {getattr(state, 'label', state.value)}" for state in kind]
    reached = frozenset[StrEnum]().union(*table.values())
    lines += [f"    [*] --> {state.name}" for state in kind if state not in reached]
    for state in kind:
        nexts = table.get(state, frozenset())
        lines += [f"    {state.name} --> {after.name}" for after in kind if after in nexts]
        lines += [] if nexts else [f"    {state.name} --> [*]"]
    body = "\n".join(lines)
    return f"# {kind.__name__}\n\n{kind.__doc__}\n\n```mermaid\nstateDiagram-v2\n{body}\n```\n"


def _kind(table: Mapping[StrEnum, frozenset[StrEnum]]) -> type[StrEnum]:
    return type(next(iter(table)))


class Command(BaseCommand):
    help = "按各状态表重画 docs/states 里的状态图"

    def handle(self, *_args: Any, **_options: Any) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, text in drawings():
            (FOLDER / name).write_text(text, encoding="utf-8")
            self.stdout.write(name)
