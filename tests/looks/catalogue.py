"""What is looked at, read from states.toml."""

import tomllib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, cast, get_args

from PySide6.QtWidgets import QWidget

from desktop.ui.theme import Color, Mode
from tests.looks.stage import Stage

STATES = Path(__file__).with_name("states.toml")
Scene = Callable[[Stage], Awaitable[QWidget | None]]
"""Brings the window into a state; returns the widget to look at if it is not the window itself."""
Point = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Variant:
    """How a state is shown: "light-100", "dark-130-rtl"."""

    mode: Mode
    percent: int
    mirrored: bool

    @classmethod
    def of(cls, text: str) -> "Variant":
        """Raises ValueError for a word that is no variant."""
        mode, percent, *rest = text.split("-")
        if mode not in get_args(Mode) or rest not in ([], ["rtl"]):
            raise ValueError(f"“{text}” is no variant such as light-100 or dark-130-rtl")
        return cls(cast(Mode, mode), int(percent), bool(rest))

    def __str__(self) -> str:
        return f"{self.mode}-{self.percent}{'-rtl' if self.mirrored else ''}"


@dataclass(frozen=True, slots=True)
class Look:
    """One picture. widths: px by name, checked where the name is seen; points: colours at places."""

    state: str
    scene: str
    variant: Variant
    mockup: str
    demo: bool
    widths: Mapping[str, int]
    points: Mapping[Point, Color]

    @property
    def name(self) -> str:
        return f"{self.state}-{self.variant}"

    @property
    def make(self) -> Scene:
        """The scene's function. Raises ImportError or AttributeError if there is none."""
        file, function = self.scene.split(":")
        return cast(Scene, getattr(import_module(f"tests.looks.scenes.{file}"), function))


def looks() -> list[Look]:
    """Every picture, in the order of the file. Raises ValueError if two have one name."""
    with STATES.open("rb") as file:
        read = tomllib.load(file)
    found = [look for state in read["state"] for look in _of(state, read["always"])]
    names = [look.name for look in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"twice in states.toml: {', '.join(sorted(twice))}")
    return found


def _of(state: Mapping[str, Any], always: Mapping[str, Any]) -> list[Look]:
    known = {"name", "scene", "variants", "mockup", "demo", "widths", "points"}
    if unknown := set(state) - known:
        raise ValueError(f"{state.get('name')}: nobody knows {', '.join(sorted(unknown))}")
    points = state.get("points")
    wanted = [] if points == [] else [*always["points"], *(points or [])]
    return [
        Look(
            state["name"],
            state["scene"],
            Variant.of(variant),
            state.get("mockup", ""),
            state.get("demo", True),
            {**always["widths"], **state["widths"]}
            if state.get("widths")
            else state.get("widths", always["widths"]),
            {(name, dx, dy): color for name, dx, dy, color in wanted},
        )
        for variant in state["variants"]
    ]
