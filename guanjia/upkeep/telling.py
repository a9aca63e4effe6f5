"""How the commands of this room tell what they do: progress on stderr, the result on stdout, or as JSON."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class TellingCommand(BaseCommand):
    """A command with ``--json``."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add what all of them take."""
        parser.add_argument("--json", action="store_true", help="以 JSON 报告结果")

    def progress(self, words: str) -> None:
        """Say what is being done."""
        self.stderr.write(f"… {words}")

    def tell(self, words: str, report: dict[str, Any], *, as_json: bool) -> None:
        """Say what came of it."""
        self.stdout.write(json.dumps(report, ensure_ascii=False, default=str) if as_json else words)
