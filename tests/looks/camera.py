"""Takes the pictures, and says what is wrong with what they show."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from desktop.ui.theme import Theme
from tests.looks.catalogue import Look
from tests.looks.checks import clipped_texts, named_widget, overlaps, unnamed_controls, wrong_tokens
from tests.looks.stage import open_stage, vancouver
from tests.qt import application, qt_loop_factory


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture and a sentence for each fault that was seen in it."""

    look: Look
    path: Path
    faults: tuple[str, ...]


def take(look: Look, folder: Path) -> Shot:
    """Bring the program into the state and take its picture. Raises what the scene raises."""
    app = application()
    app.setCursorFlashTime(0)  # a caret that blinks would make each picture different
    theme = Theme(look.variant.mode, look.variant.percent, motion=False)
    app.setLayoutDirection(
        Qt.LayoutDirection.RightToLeft if look.variant.mirrored else Qt.LayoutDirection.LeftToRight
    )
    theme.apply(app)
    home = Path(tempfile.mkdtemp(prefix="assent-look-"))
    try:
        with vancouver(), asyncio.Runner(loop_factory=qt_loop_factory()) as runner:
            return runner.run(_take(look, theme, home, folder))
    finally:
        shutil.rmtree(home, ignore_errors=True)
        app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


async def _take(look: Look, theme: Theme, home: Path, folder: Path) -> Shot:
    async with open_stage(home, theme, demo=look.demo) as stage:
        # At 800 × 600 the offscreen screen is smaller than the window: no mouse hovers over anything.
        other = await look.make(stage)
        await stage.quiet()
        seen = other or stage.window
        for _ in range(3):
            QApplication.processEvents()
        path = folder / f"{look.name}.png"
        picture = _picture(seen)
        if not picture.save(str(path)):
            raise OSError(f"{path} cannot be written")
        return Shot(look, path, tuple(_faults(look, seen, theme)))


def _picture(seen: QWidget) -> QImage:
    """The widget, and the menus that are open over it."""
    picture = seen.grab().toImage()
    for menu in QApplication.topLevelWidgets():
        if isinstance(menu, QMenu) and menu.isVisible():
            painter = QPainter(picture)
            painter.drawPixmap(menu.pos() - seen.mapToGlobal(QPoint(0, 0)), menu.grab())
            painter.end()
    return picture


def _faults(look: Look, seen: QWidget, theme: Theme) -> list[str]:
    found = [*clipped_texts(seen), *overlaps(seen), *unnamed_controls(seen)]
    for name, wanted_px in look.widths.items():
        try:
            width_px = named_widget(seen, name).width()
        except LookupError:
            continue
        if width_px != (wanted_px if look.variant.percent == 100 else max(wanted_px, width_px)):
            found.append(f"{name} is {width_px} px wide, not {wanted_px}")
    places = {place: color for place, color in look.points.items() if _is_there(seen, place[0])}
    return found + wrong_tokens(seen, theme, places)


def _is_there(seen: QWidget, name: str) -> bool:
    try:
        named_widget(seen, name)
    except LookupError:
        return False
    return True


def same_pictures(shots: Sequence[Shot]) -> list[str]:
    """A sentence for each two pictures that are the same: one of the states was not reached."""
    by_content: dict[bytes, str] = {}
    found = []
    for shot in shots:
        image = QImage(str(shot.path)).convertToFormat(QImage.Format.Format_RGB32)
        content = bytes(image.constBits()) + f"{image.width()}".encode()
        if content in by_content:
            found.append(f"{shot.look.name} looks exactly like {by_content[content]}")
        by_content.setdefault(content, shot.look.name)
    return found
