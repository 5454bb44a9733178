"""Flows as files: written for another workspace, and read with nothing in them taken on trust."""

import json
import re
from collections import Counter
from typing import Any, Final

from desktop.domain import flow_json
from desktop.domain.flow import LONGEST_NAME, MOST_NODES, START, FlowDefinition
from desktop.domain.problems import Problem
from desktop.domain.text import clean

FILE_FORMAT: Final = "assent-flow"
FILE_VERSION: Final = 1
LARGEST_FILE_BYTES: Final = 1_000_000
_FAR_PX: Final = 1_000_000
"""No canvas is so wide."""
_LARGEST: Final = 2**31 - 1
_NAMELESS: Final = "Imported flow"


def written_file(name: str, definition: FlowDefinition) -> bytes:
    """A flow as a file."""
    made = {
        "format": FILE_FORMAT,
        "version": FILE_VERSION,
        "name": name,
        "flow": flow_json.to_json(definition),
    }
    return json.dumps(made, ensure_ascii=False, indent=2).encode()


def read_file(raw: bytes) -> tuple[str, FlowDefinition]:
    """The name and the flow of a file. Raises a Problem of the field file."""
    if len(raw) > LARGEST_FILE_BYTES:
        raise Problem("File too large", "A flow’s file has at most 1 MB. Choose another file.", "file")
    try:
        data: Any = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as wrong:
        sentence = "The file cannot be read as a flow. Choose one that was exported here."
        raise Problem("Not a flow", sentence, "file") from wrong
    if not isinstance(data, dict) or data.get("format") != FILE_FORMAT:
        raise Problem("Not a flow", "The file holds no flow. Choose one that was exported here.", "file")
    if data.get("version") != FILE_VERSION:
        raise Problem(
            "Another version",
            "Another version of Assent wrote this file. Update Assent, then import it.",
            "file",
        )
    name = _plain(str(data.get("name") or ""))
    return name[:LONGEST_NAME].strip() or _NAMELESS, _drawn(data.get("flow"))


def _drawn(data: Any) -> FlowDefinition:
    """A flow of a file that the editor can show."""
    try:
        definition = flow_json.from_json(_cleaned(data))
        _expect_small(data)
    except RecursionError as wrong:
        raise Problem("Not a flow", "The file is nested too deep. Export the flow anew.", "file") from wrong
    if len(definition.nodes) > MOST_NODES or len(definition.edges) > MOST_NODES * MOST_NODES:
        raise Problem(
            "Too many steps",
            f"A flow has at most {MOST_NODES} steps; this one has {len(definition.nodes):,}.",
            "file",
        )
    _expect_whole(data, definition)
    places = [(one.x, one.y) for one in definition.nodes]
    for x, y in (*places, (definition.start_x, definition.start_y)):
        if not (abs(x) <= _FAR_PX and abs(y) <= _FAR_PX):
            raise Problem("Not a flow", "A step lies nowhere on the canvas. Export the flow anew.", "file")
    return definition


def _expect_whole(data: Any, definition: FlowDefinition) -> None:
    """A file that lost its steps, has one twice, or leads to one that is not in it, was changed since it was exported.

    Raises a Problem.
    """
    if not isinstance(data, dict) or "nodes" not in data:
        raise Problem("Not a flow", "The file has no steps. Export the flow anew.", "file")
    ids = [one.id for one in definition.nodes]
    twice = next((id for id, times in Counter(ids).items() if times > 1 or id in ("", START)), None)
    if twice is not None:
        shown = (
            f"The step “{twice}” is in it more than once"
            if twice not in ("", START)
            else "A step has no name"
        )
        raise Problem("Not a flow", f"{shown}. Export the flow anew.", "file")
    known = {START, *ids}
    for edge in definition.edges:
        for id in (edge.from_id, edge.to_id):
            if id not in known:
                raise Problem(
                    "Not a flow",
                    f"A line belongs to the step “{id[:40]}”, which is not in it. Export the flow anew.",
                    "file",
                )


def _expect_small(data: Any) -> None:
    """No input of a number takes more, and no id is so high."""
    if isinstance(data, int) and abs(data) > _LARGEST:
        raise Problem("Not a flow", f"It has the number {data:.3g}. Export the flow anew.", "file")
    values = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    for one in values:
        _expect_small(one)


def cleaned(definition: FlowDefinition) -> FlowDefinition:
    """The flow without the characters that no database takes; the same object where there are none."""
    kept = flow_json.to_json(definition)
    tidy = _cleaned(kept)
    return definition if tidy == kept else flow_json.from_json(tidy)


def _cleaned(kept: Any) -> Any:
    if isinstance(kept, str):
        return clean(kept)
    if isinstance(kept, dict):
        return {name: _cleaned(value) for name, value in kept.items()}
    return [_cleaned(one) for one in kept] if isinstance(kept, list) else kept


def _plain(text: str) -> str:
    """A name with single spaces, and without signs that nobody sees: U+202E would turn it around."""
    return " ".join(_UNSEEN.sub("", clean(text)).split())


_UNSEEN: Final = re.compile(
    "[\\x00-\\x08\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]"
)
"""Control characters, and the signs of direction (Unicode Standard Annex 9, tables 1 and 2)."""


def checked_name(text: str) -> str:
    """A flow's name with single spaces. Raises a Problem of the field name."""
    name = _plain(text)
    if not name:
        raise Problem("Name missing", "Give the flow a name.", "name")
    if len(name) > LONGEST_NAME:
        raise Problem("Name too long", f"A flow’s name has at most {LONGEST_NAME} characters.", "name")
    return name
