"""The page on which the design's pictures and the program's stand side by side."""

from collections.abc import Sequence
from html import escape
from os.path import relpath
from pathlib import Path

from tests.looks.camera import Shot

MOCKUPS = Path(__file__).resolve().parents[3] / "shared" / "mockups"
"""Beside the checkout, where there is one; the pictures of the design are no part of the program."""

_HEAD = """<!doctype html><meta charset="utf-8"><title>How Assent looks</title>
<style>
body { font: 14px/1.5 system-ui, sans-serif; margin: 24px; background: #e9ecef; color: #1b2026 }
h2 { font-size: 15px; margin: 32px 0 8px }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; align-items: start }
figure { margin: 0 } img { width: 100%; border: 1px solid #c5ccd3 } figcaption { color: #5a6472; font-size: 12px }
ul { color: #b3261e; margin: 4px 0 } nav { columns: 4; font-size: 12px }
</style><h1>How Assent looks</h1>
"""


def write_page(shots: Sequence[Shot], path: Path, mockups: Path = MOCKUPS) -> None:
    """Write index.html beside the pictures; mockups are linked to where they are, never copied."""
    lines = [
        _HEAD,
        f"<p>{len(shots)} pictures at 1440 × 900; the clock stands at Sunday 22 November 2026, 10:46.</p>",
    ]
    lines.append(
        "<nav>" + "<br>".join(f'<a href="#{s.look.name}">{s.look.name}</a>' for s in shots) + "</nav>"
    )
    lines += [_section(shot, path.parent, mockups) for shot in shots]
    path.write_text("\n".join(lines), encoding="utf-8")


def _section(shot: Shot, folder: Path, mockups: Path) -> str:
    name = escape(shot.look.name)
    faults = "".join(f"<li>{escape(fault)}</li>" for fault in shot.faults)
    left = _mockup(shot.look.mockup, folder, mockups)
    right = _figure(relpath(shot.path, folder), name)
    return (
        f'<h2 id="{name}">{name}</h2>{f"<ul>{faults}</ul>" if faults else ""}'
        f'<div class="pair">{left}{right}</div>'
    )


def _mockup(name: str, folder: Path, mockups: Path) -> str:
    if not name:
        return "<p>The design has no picture of this one.</p>"
    if not (mockups / name).is_file():
        return f"<p>The design’s picture {escape(name)} is not at hand here.</p>"
    return _figure(relpath(mockups / name, folder), f"design: {escape(name)}")


def _figure(source: str, words: str) -> str:
    return f'<figure><img loading="lazy" src="{escape(source)}"><figcaption>{words}</figcaption></figure>'
