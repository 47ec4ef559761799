# SPDX-License-Identifier: Apache-2.0
"""The elements of the lesson's pictures, and their colours on a light and on a dark page.

Each kind of mark has a shape of its own; colour only repeats what the shape says.
"""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

STYLE = """\
<style>
svg{--paper:#fff;--ink:#1f2328;--quiet:#59636e;--line:#d1d9e0;--good:#0969da;--bad:#b3261e}
@media (prefers-color-scheme:dark){svg{--paper:#0d1117;--ink:#f0f6fc;--quiet:#9198a1;
--line:#3d444d;--good:#58a6ff;--bad:#ff7b72}}
text{font:12px system-ui,sans-serif;fill:var(--ink)}
.quiet{fill:var(--quiet);font-size:11px}.title{font-size:15px;font-weight:600}
.paper{fill:var(--paper)}.rule{stroke:var(--line)}.change{stroke:var(--quiet);stroke-dasharray:3 3}
.task,.held{fill:var(--good)}.waiting{stroke:var(--good)}.gone{fill:url(#gone)}
.gone-line{stroke:var(--bad);stroke-width:1.5}.none{stroke:var(--quiet)}
.mark{fill:none;stroke:var(--good)}.page{stroke-width:3;stroke-linecap:round}
.failed,.believed{stroke:var(--bad);stroke-width:1.3}.no-name{stroke:var(--quiet);stroke-width:1.3}
</style>
<defs><pattern id="gone" width="4" height="4" patternUnits="userSpaceOnUse"
patternTransform="rotate(45)"><path d="M0 0V4" class="gone-line"/></pattern></defs>"""

SHAPES = {
    "page": "m0 0h0",
    "retried": "m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0",
    "failed": "m-2.5-2.5l5 5m0-5l-5 5",
    "believed": "m-2.5-2.5h5v5h-5z",
    "no-name": "m-1.5 0h3",
}
"""The path of each kind of mark, from its middle."""


def number(value: float) -> str:
    """Returns a coordinate with one decimal at the most."""
    return f"{value:.1f}".removesuffix(".0")


def text(x: float, y: float, words: str, kind: str = "", *, anchor: str = "start") -> str:
    """Returns a line of text."""
    attributes = f'x="{number(x)}" y="{number(y)}" text-anchor="{anchor}"'
    return f'<text {attributes} class="{kind}">{escape(words)}</text>'


def box(x: float, y: float, width: float, height: float, kind: str) -> str:
    """Returns a rectangle."""
    place = f'x="{number(x)}" y="{number(y)}"'
    size = f'width="{number(width)}" height="{number(height)}"'
    return f'<rect {place} {size} class="{kind}"/>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """Returns a straight line."""
    return f'<path d="M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}" class="{kind}"/>'


def marks(kind: str, xs: Iterable[float], y: float) -> str:
    """Returns one path with a mark of this kind at each of these places."""
    path = "".join(f"M{number(x)} {number(y)}{SHAPES[kind]}" for x in xs)
    return f'<path d="{path}" class="mark {kind}"/>' if path else ""


def picture(width: float, height: float, title: str, description: str, parts: Sequence[str]) -> str:
    """Returns a whole SVG with its title and description for who cannot see it."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} '
            f'{number(height)}" role="img" aria-labelledby="title description">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="description">{escape(description)}</desc>',
            STYLE,
            box(0, 0, width, height, "paper"),
            *(part for part in parts if part),
            "</svg>\n",
        ]
    )
