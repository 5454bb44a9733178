"""Colours, fonts, icons and lengths of every screen, and the one place that puts them on the application."""

import re
import sys
import weakref
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from desktop.ui.parts.icons import glyph_icon

Mode = Literal["light", "dark"]
Color = Literal[
    "bg", "surface", "raised", "line", "text", "muted", "accent", "accent_weak", "onaccent", "ondanger",
    "bubble_in", "bubble_out", "warn", "warn_bg", "warn_line", "danger", "danger_bg", "danger_line",
    "info", "info_bg", "rail", "rail_text", "rail_on", "veil", "knob",
]  # fmt: skip

BASE_PX = 13
TEXT_SCALE_PERCENT = range(80, 151)
FAMILIES = ["Inter", "Noto Sans Devanagari", "Noto Color Emoji"]
MONO_FAMILIES = ["Noto Sans Mono", "Noto Sans Devanagari", "Noto Color Emoji"]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The named colours, '#RRGGBB' or '#AARRGGBB'. Source: the design's tokens.css."""

    bg: str
    surface: str
    raised: str
    line: str
    text: str
    muted: str
    accent: str
    accent_weak: str
    onaccent: str
    ondanger: str
    bubble_in: str
    bubble_out: str
    warn: str
    warn_bg: str
    warn_line: str
    danger: str
    danger_bg: str
    danger_line: str
    info: str
    info_bg: str
    rail: str
    rail_text: str
    rail_on: str = "#24FFFFFF"
    veil: str = "#730A0E12"
    knob: str = "#FFFFFF"


LIGHT = Tokens(
    bg="#F6F7F9", surface="#FFFFFF", raised="#FFFFFF", line="#E3E6EA", text="#1B2026", muted="#5A6472",
    accent="#0B7A5C", accent_weak="#E3F3EE", onaccent="#FFFFFF", ondanger="#FFFFFF",
    bubble_in="#FFFFFF", bubble_out="#DDF3E8",
    warn="#8A5A00", warn_bg="#FFF4DB", warn_line="#F0D08A",
    danger="#B3261E", danger_bg="#FCE9E7", danger_line="#F0B8B3",
    info="#1F5FBF", info_bg="#E7F0FD", rail="#12211C", rail_text="#B9C7C1",
)  # fmt: skip
DARK = Tokens(
    bg="#14181C", surface="#1B2026", raised="#222932", line="#303842", text="#E6EAEE", muted="#A9B4BF",
    accent="#3CC598", accent_weak="#17352B", onaccent="#06231A", ondanger="#3A0A07",
    bubble_in="#262E37", bubble_out="#1C4435",
    warn="#F2C66D", warn_bg="#372B12", warn_line="#5D4818",
    danger="#FF9C93", danger_bg="#3D1F1D", danger_line="#6E322E",
    info="#8DB8F7", info_bg="#1A2C48", rail="#0D1115", rail_text="#95A1AE",
)  # fmt: skip


def resource(*parts: str) -> Path:
    """The path of a file in `resources/`: beside `desktop/` in a checkout, inside the bundle when frozen."""
    bundle = getattr(sys, "_MEIPASS", None)
    root = Path(bundle) if bundle else Path(__file__).resolve().parents[2]
    return root.joinpath("resources", *parts)


def load_fonts() -> None:
    """Give Qt the fonts of `resources/fonts`; needs a QGuiApplication. Raises OSError for one Qt cannot read."""
    for path in sorted(resource("fonts").glob("*.[ot]tf")):
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise OSError(f"Qt cannot read the font {path.name}")


_HOLE = re.compile(
    r"@(?:\((?P<file>[\w.-]+)\)|(?P<px>\d+(?:\.\d+)?)px|(?P<round>\d+)round|(?P<token>[a-z_]+))"
)


@dataclass(frozen=True, slots=True)
class _Shade:
    """A colour of a theme as it is at each painting; of one that is gone, any."""

    theme: "weakref.ref[Theme]"
    color: Color

    def usual(self) -> QColor:
        theme = self.theme()
        return theme.color(self.color) if theme is not None else QColor()

    def disabled(self) -> QColor:
        theme = self.theme()
        return theme.faint() if theme is not None else QColor()


class Theme(QObject):
    """What the parts are drawn with. `changed` is emitted after each apply()."""

    changed = Signal()

    def __init__(self, mode: Mode = "light", text_scale_percent: int = 100, *, motion: bool = True) -> None:
        """`text_scale_percent` is 80 to 150; `motion` False stops animations. Raises ValueError."""
        super().__init__()
        self.mode: Mode = mode
        self.motion = motion
        self.text_scale_percent = 100
        self.set_text_scale(text_scale_percent)
        self._icons: dict[tuple[str, Color], QIcon] = {}
        # WORKAROUND for PySide 6.11: SbkObject_tp_clear gives an icon's engine back to Python, which frees it before
        # the icon does, if the collector finds both. So nothing of an icon refers to the theme, and icons go after it.
        # https://code.qt.io/cgit/pyside/pyside-setup.git/tree/sources/shiboken6/libshiboken/basewrapper.cpp
        weakref.finalize(self, self._icons.clear)

    @property
    def tokens(self) -> Tokens:
        return DARK if self.mode == "dark" else LIGHT

    def set_mode(self, mode: Mode) -> None:
        """Takes effect at the next apply()."""
        if mode not in get_args(Mode):
            raise ValueError(f"no such mode: {mode}")
        self.mode = mode

    def set_text_scale(self, percent: int) -> None:
        """Takes effect at the next apply()."""
        if percent not in TEXT_SCALE_PERCENT:
            raise ValueError(f"the text scale is 80 to 150 percent, not {percent}")
        self.text_scale_percent = percent

    def color(self, name: Color) -> QColor:
        return QColor(getattr(self.tokens, name))

    def px(self, length_px: float) -> int:
        """A length of the design, scaled with the text."""
        return round(length_px * self.text_scale_percent / 100)

    def font(self, size_px: float = BASE_PX, weight: int = 400, *, mono: bool = False) -> QFont:
        """A font of the design's size (13 is the base), scaled; `weight` 400, 500, 600 or 700."""
        font = QFont()
        font.setFamilies(MONO_FAMILIES if mono else FAMILIES)
        font.setPixelSize(max(1, self.px(size_px)))
        font.setWeight(QFont.Weight(weight))
        return font

    def icon(self, name: str, color: Color = "muted") -> QIcon:
        """A Phosphor icon that follows the theme. Raises KeyError for an unknown name."""
        key = (name, color)
        if key not in self._icons:
            shade = _Shade(weakref.ref(self), color)
            self._icons[key] = glyph_icon(name, shade.usual, shade.disabled)
        return self._icons[key]

    def faint(self) -> QColor:
        """What is disabled."""
        shade = self.color("muted")
        shade.setAlphaF(0.7)
        return shade

    @cached_property
    def _template(self) -> str:
        return resource("theme.qss").read_text(encoding="utf-8")

    def style_sheet(self) -> str:
        """`resources/theme.qss` with its holes filled.

        @token is a colour, @12px a scaled length, @16round the radius that makes a box of 16 with a line of 1 round,
        @(file.svg) a picture of this mode.
        """

        def fill(hole: re.Match[str]) -> str:
            if hole["px"]:
                return f"{self.px(float(hole['px']))}px"
            if hole["round"]:  # a radius above half of the side gives square corners
                return f"{self.px(float(hole['round'])) // 2 + 1}px"
            if hole["file"]:
                return f'url("{resource("icons", self.mode, hole["file"]).as_posix()}")'
            shade = self.faint() if hole["token"] == "faint" else self.color(hole["token"])  # type: ignore[arg-type]  # an unknown name raises
            return f"rgba({shade.red()}, {shade.green()}, {shade.blue()}, {shade.alpha()})"

        return _HOLE.sub(fill, self._template)

    def apply(self, app: QApplication) -> None:
        """Set style, font, palette and style sheet on the application, then emit `changed`."""
        if "Inter" not in QFontDatabase.families():
            load_fonts()
        if app.style().name().lower() != "fusion":
            app.setStyle("Fusion")
        app.setFont(self.font())
        app.setPalette(self.palette())
        app.setStyleSheet(
            ""
        )  # one sheet in place of another takes Qt several times longer than one in place of none
        app.setStyleSheet(self.style_sheet())
        self.changed.emit()

    def palette(self) -> QPalette:
        roles: dict[QPalette.ColorRole, Color] = {
            QPalette.ColorRole.Window: "bg",
            QPalette.ColorRole.WindowText: "text",
            QPalette.ColorRole.Base: "surface",
            QPalette.ColorRole.AlternateBase: "bg",
            QPalette.ColorRole.Text: "text",
            QPalette.ColorRole.PlaceholderText: "muted",
            QPalette.ColorRole.Button: "surface",
            QPalette.ColorRole.ButtonText: "text",
            QPalette.ColorRole.BrightText: "danger",
            QPalette.ColorRole.Highlight: "accent",
            QPalette.ColorRole.HighlightedText: "onaccent",
            QPalette.ColorRole.Accent: "accent",
            QPalette.ColorRole.Link: "accent",
            QPalette.ColorRole.LinkVisited: "accent",
            QPalette.ColorRole.ToolTipBase: "text",
            QPalette.ColorRole.ToolTipText: "surface",
            QPalette.ColorRole.Light: "raised",
            QPalette.ColorRole.Midlight: "line",
            QPalette.ColorRole.Mid: "line",
            QPalette.ColorRole.Dark: "muted",
            QPalette.ColorRole.Shadow: "muted",
        }
        palette = QPalette()
        for role, name in roles.items():
            palette.setColor(role, self.color(name))
        faint = self.faint()
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, faint)
        return palette
