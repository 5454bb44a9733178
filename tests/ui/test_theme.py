import gc
import re
import sys
import weakref
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFontDatabase, QIcon, QImage
from PySide6.QtWidgets import QApplication, QPushButton

from desktop.ui.theme import DARK, LIGHT, TEXT_SCALE_PERCENT, Color, Mode, Theme, Tokens, resource
from tests.looks.checks import contrast

PAIRS: list[tuple[Color, Color]] = [
    ("text", "bg"), ("text", "surface"), ("text", "raised"), ("text", "bubble_in"), ("text", "bubble_out"),
    ("muted", "bg"), ("muted", "surface"), ("muted", "raised"), ("muted", "bubble_in"), ("muted", "bubble_out"),
    ("accent", "surface"), ("accent", "accent_weak"), ("onaccent", "accent"), ("ondanger", "danger"),
    ("warn", "warn_bg"), ("warn", "surface"), ("danger", "danger_bg"), ("danger", "surface"),
    ("info", "info_bg"), ("info", "surface"), ("rail_text", "rail"), ("text", "accent_weak"),
]  # fmt: skip


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_every_pair_in_use_can_be_read(mode: Mode, ink: Color, ground: Color) -> None:
    theme = Theme(mode)
    assert contrast(theme.color(ink), theme.color(ground)) >= 4.5


@pytest.mark.parametrize(("mode", "tokens"), [("light", LIGHT), ("dark", DARK)])
def test_pictures_use_the_colours_of_their_mode(mode: str, tokens: Tokens) -> None:
    known = {getattr(tokens, name) for name in ("muted", "accent", "onaccent")}
    pictures = sorted(resource("icons", mode).glob("*.svg"))
    assert len(pictures) == len(list(resource("icons", "light").glob("*.svg")))
    for path in pictures:
        assert set(re.findall(r"#[0-9A-Fa-f]{6}", path.read_text())) <= known, path.name


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_style_sheet_is_filled_and_its_pictures_exist(mode: Mode) -> None:
    sheet = Theme(mode).style_sheet()
    assert "@" not in sheet
    named = re.findall(r'url\("([^"]+)"\)', sheet)
    assert len(named) > 5
    assert all(Path(path).is_file() for path in named)


def test_qt_understands_the_style_sheet(app: QApplication, qtlog: object) -> None:
    Theme("dark", 130).apply(app)
    records = getattr(qtlog, "records", [])
    assert [record.message for record in records if "stylesheet" in record.message.lower()] == []


def test_an_unknown_token_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    theme = Theme()
    monkeypatch.setitem(theme.__dict__, "_template", "QLabel { color: @nothing; }")
    with pytest.raises(AttributeError, match="nothing"):
        theme.style_sheet()


def test_round_things_stay_round_at_every_scale() -> None:
    """Qt draws square corners where a radius is more than half of the side."""
    for percent in TEXT_SCALE_PERCENT:
        theme = Theme(text_scale_percent=percent)
        radio = re.search(r"QRadioButton::indicator { border-radius: (\d+)px", theme.style_sheet())
        assert radio is not None
        assert theme.px(16) + 1 <= int(radio[1]) * 2 <= theme.px(16) + 2, f"radio button at {percent} %"
        assert theme.px(12) * 2 <= theme.px(26), f"tab at {percent} %"
        assert theme.px(7) * 2 <= theme.px(16), f"cross of a chip at {percent} %"


def test_lengths_and_fonts_grow_with_the_text(app: QApplication) -> None:
    theme = Theme(text_scale_percent=130)
    theme.apply(app)
    assert theme.px(34) == 44
    assert app.font().pixelSize() == 17
    assert theme.font(11, 600).pixelSize() == 14


@pytest.mark.parametrize("percent", [79, 151])
def test_the_scale_has_bounds(percent: int) -> None:
    with pytest.raises(ValueError, match="80 to 150"):
        Theme(text_scale_percent=percent)


def test_the_fonts_are_ours(app: QApplication, theme: Theme) -> None:
    families = QFontDatabase.families()
    assert {"Inter", "Noto Sans Devanagari", "Noto Sans Mono", "Noto Color Emoji"} <= set(families)
    assert app.font().family() == "Inter"


def painted(icon: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal) -> QImage:
    return icon.pixmap(QSize(32, 32), mode).toImage()


def inks(image: QImage) -> set[str]:
    spots = ((x, y) for x in range(image.width()) for y in range(image.height()))
    colors = (image.pixelColor(x, y) for x, y in spots)
    return {color.name() for color in colors if color.alpha() == 255}


def test_an_icon_follows_the_theme(theme: Theme) -> None:
    icon = theme.icon("prohibit-fill", "danger")
    assert LIGHT.danger.lower() in inks(painted(icon))
    theme.set_mode("dark")
    assert DARK.danger.lower() in inks(painted(icon))
    assert painted(icon, QIcon.Mode.Disabled) != painted(icon)


def test_icons_are_kept_and_unknown_ones_refused(theme: Theme) -> None:
    assert theme.icon("check") is theme.icon("check")
    with pytest.raises(KeyError):
        theme.icon("no-such-icon")


def test_changed_is_told_and_the_palette_is_ours(app: QApplication) -> None:
    theme = Theme("dark")
    told: list[str] = []
    theme.changed.connect(lambda: told.append(theme.mode))
    theme.apply(app)
    assert told == ["dark"]
    assert app.palette().window().color().name() == DARK.bg.lower()


def test_resources_are_found_in_a_bundle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert resource("theme.qss").is_file()
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resource("theme.qss") == tmp_path / "resources" / "theme.qss"


def test_icons_outlive_their_theme_and_are_not_freed_twice(app: QApplication) -> None:
    """Python's collector finds a theme with all that it made; what shows one of its icons still has it."""
    button = QPushButton()
    for _ in range(30):
        theme = Theme("light")
        icons = [theme.icon(name) for name in ("check", "robot", "prohibit", "warning")]
        itself = [theme]
        itself.append(itself)  # type: ignore[arg-type]
        button.setIcon(icons[0])
        gone = weakref.ref(theme)
        del theme, icons, itself
        gc.collect()
        assert gone() is None
        assert not button.icon().pixmap(16, 16).isNull()
