"""The page as the mockups have it, to look at: python -m tests.ui.conversations.shots writes build/shots/."""

import asyncio
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap

from desktop.ui.theme import Mode, Theme
from tests.qt import application, qt_loop_factory
from tests.ui.conversations.bench import Bench, until
from tests.ui.conversations.scenes import populate
from tests.ui.conversations.world import open_world

SHOTS = Path("build/shots")


def grab(bench: Bench, stem: str) -> None:
    for _ in range(3):
        application().processEvents()
    picture: QPixmap = bench.window.grab()
    picture.save(str(SHOTS / f"conversations-{stem}.png"))


async def take(mode: Mode, percent: int, *, mirrored: bool = False) -> None:
    app = application()
    theme = Theme(mode, percent, motion=False)
    app.setLayoutDirection(Qt.LayoutDirection.RightToLeft if mirrored else Qt.LayoutDirection.LeftToRight)
    theme.apply(app)
    stem = f"{mode}-{percent}" + ("-rtl" if mirrored else "")
    with tempfile.TemporaryDirectory() as folder:
        world = await open_world(Path(folder))
        await populate(world)
        bench = Bench(world, theme, rail_px=64)
        await bench.show()
        await bench.open("Priya")
        sale = next(one for one in await world.app.templates.every() if one.name == "winter_clearance")
        bench.page.area.compose.template_chosen.emit(sale)
        for variable, value in (("2", "40%"), ("3", "30 Nov")):
            bench.page.area.compose.value_edited.emit(variable, value)
        bench.click("compose_template_edit")
        grab(bench, stem)
        bench.page.area.compose.send.click()
        await until(lambda: bench.sees("warning"))
        grab(bench, f"{stem}-warning")
        bench.click("warning_dont_send")
        await bench.tasks.drain()
        if percent == 100 and not mirrored:
            bench.click("compose_template_drop")
            bench.click("compose_template_button")
            grab(bench, f"{stem}-picker")
            await bench.open("Tunde")
            grab(bench, f"{stem}-failed")
            await bench.open("Arjun")
            grab(bench, f"{stem}-arjun")
            world.clock.move(timedelta(days=3))
            await bench.open("Sofia")
            grab(bench, f"{stem}-closed")
        bench.click("optin_to_no") if bench.sees("optin_to_no") else None
        await bench.tasks.drain()
        grab(bench, f"{stem}-after")
        await bench.close()


def main() -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[1:] or ["light"]
    with asyncio.Runner(loop_factory=qt_loop_factory()) as runner:
        for name in wanted:
            mode: Mode = "dark" if name == "dark" else "light"
            runner.run(take(mode, 130 if name == "130" else 100, mirrored=name == "rtl"))


if __name__ == "__main__":
    main()
