"""The icons in use: Tabler (MIT) as one SVG sprite, which is also the list of their names.

To add some, unpack the npm package ``@tabler/icons`` (3.51.0) and run
``python -m guanjia.core.components.icons package/icons/outline NAME...``.
"""

import re
import sys
from pathlib import Path

SPRITE = Path(__file__).parents[1] / "static" / "core" / "icons.svg"
ICONS = frozenset(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text(encoding="utf-8")))

_HEAD = "<!-- Tabler Icons 3.51.0, MIT License, Copyright (c) 2020-2026 Paweł Kuna -->"
_BACKGROUND = '<path stroke="none"'


def sprite(outline: Path, names: frozenset[str]) -> str:
    """Return the sprite made of these outline icons in the unpacked package's folder."""
    symbols = []
    for name in sorted(names):
        drawing = (outline / f"{name}.svg").read_text(encoding="utf-8").replace(" />", "/>")
        shapes = [
            shape
            for shape in re.findall(r"<\w+\b[^>]*/>", drawing)
            if not shape.startswith(_BACKGROUND)
        ]
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(shapes)}</symbol>\n')
    return f'{_HEAD}\n<svg xmlns="http://www.w3.org/2000/svg">\n{"".join(symbols)}</svg>\n'


if __name__ == "__main__":
    SPRITE.write_text(sprite(Path(sys.argv[1]), ICONS | set(sys.argv[2:])), encoding="utf-8")
