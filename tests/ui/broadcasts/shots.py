"""The broadcast pages as pictures: python -m tests.ui.broadcasts.shots writes build/shots/broadcast-*.png."""

import asyncio
import shutil
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import Qt

from desktop.domain.consent import OptIn
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.messages import Status
from desktop.ui.loop import loop_factory
from desktop.ui.parts.rail import Rail, RailItem
from desktop.ui.theme import Mode, Theme
from tests.qt import application
from tests.ui.broadcasts.conftest import Scene, fill_store, open_scene

SHOTS = Path("build/shots")


def rail(theme: Theme) -> Rail:
    pages = [("conversations", "chat-circle-dots"), ("contacts", "users"), ("broadcasts", "megaphone")]
    pages += [
        ("sequences", "list-numbers"),
        ("bots", "robot"),
        ("templates", "file-text"),
        ("reports", "chart-bar"),
    ]
    bottom = [RailItem("sandbox", "Sandbox", "flask"), RailItem("settings", "Settings", "gear")]
    made = Rail(theme, [RailItem(key, key.title(), icon) for key, icon in pages], bottom, person="Meera Rao")
    made.choose("broadcasts")
    return made


async def settle(scene: Scene) -> None:
    await asyncio.sleep(0.35)
    await scene.desk.tasks.drain()
    application().processEvents()


async def take(scene: Scene, name: str) -> None:
    await settle(scene)
    focused = application().focusWidget()
    if focused is not None:
        focused.clearFocus()
    application().processEvents()
    scene.window.grab().save(str(SHOTS / f"broadcast-{name}.png"))


async def story(scene: Scene, tag: str) -> None:
    await take(scene, f"empty{tag}")
    scene.page.new_broadcast()
    await scene.choose_template("winter_clearance")
    await take(scene, f"1-template{tag}")
    scene.click("wizard_next")
    await scene.counted()
    wizard = scene.page.wizard
    assert wizard is not None
    wizard.apply(wizard.state.rename("Winter clearance – Mumbai"))
    await take(scene, f"2-everyone{tag}")
    group = wizard.view.audience_step.builder.group
    group.show_filter(
        Filter(
            (
                Condition("tag", Op.NONE_OF, ("Nobody", "Test")),
                Condition("attribute:Last order", Op.AFTER, ("2025-08-01",)),
            )
        )
    )
    wizard.view.audience_step.builder.flush()
    await scene.counted()
    await take(scene, f"2-on{tag}")
    scene.click("wizard_toggle")
    await scene.counted()
    await take(scene, f"2-off{tag}")
    scene.click("filter_add_group")
    await take(scene, f"2-group{tag}")
    inner = group.rows[-1]
    inner.removed.emit()
    await scene.counted()
    scene.click("wizard_next")
    await take(scene, f"3-message{tag}")
    scene.click("wizard_next")
    await take(scene, f"4-when{tag}")
    scene.click("wizard_next")
    await take(scene, f"5-review{tag}")
    scene.click("wizard_next")
    await scene.until(lambda: scene.shows("launch_despite"))
    application().processEvents()
    await asyncio.sleep(0.1)
    scene.window.grab().save(str(SHOTS / f"broadcast-6-despite{tag}.png"))
    scene.click("launch_keep")
    await asyncio.sleep(0.05)
    wizard.go(wizard.state.back().back().back())
    scene.click("wizard_toggle")
    await scene.counted()
    for _ in range(3):
        scene.click("wizard_next")
        await scene.counted()
    scene.click("wizard_next")
    await scene.until(lambda: scene.shows("launch_go"))
    await asyncio.sleep(0.1)
    scene.window.grab().save(str(SHOTS / f"broadcast-6-launch{tag}.png"))
    scene.click("launch_go")
    await scene.until(lambda: scene.shows("report"))
    await run(scene)
    await asyncio.sleep(0.6)
    await take(scene, f"7-report{tag}")
    tabs = scene.page.report.messages.tabs
    tabs.button("unknown").click()
    await take(scene, f"7-report-unknown{tag}")
    scene.click("report_unknown_send_again")
    await take(scene, f"7-report-ask{tag}")
    scene.click("report_stop")
    await asyncio.sleep(0.1)
    scene.window.grab().save(str(SHOTS / f"broadcast-7-stop{tag}.png"))
    scene.click("stop_keep")
    await asyncio.sleep(0.1)
    scene.page.new_broadcast()
    await scene.choose_template("order_update")
    await asyncio.sleep(0.1)
    scene.page.wizard.leave()  # type: ignore[union-attr]
    await scene.until(lambda: scene.page.wizard is None)
    await take(scene, f"8-list{tag}")


async def run(scene: Scene) -> None:
    """720 of 988 gone, as in the picture."""
    broadcast_id = scene.page.report.broadcast_id
    await scene.plan(broadcast_id)
    sent = list(await scene.send(400))
    await scene.lose()
    contacts = [one.contact_id for one in sent[:1]]
    await scene.app.contacts.set_opt_in(contacts[0], OptIn.NO, scene.who[0])
    late = await scene.app.broadcasts.messages(broadcast_id, (Status.QUEUED,), limit=2)
    for one in late:
        await scene.app.contacts.set_opt_in(one.contact_id, OptIn.NO, scene.who[0])
    await asyncio.sleep(0.6)
    ids = [one.message_id for one in sent]
    await scene.report(ids[:4], Status.FAILED, 131026)
    await scene.report(ids[4:6], Status.FAILED, 131049)
    await scene.report(ids[6:390], Status.SENT)
    scene.app.clock.move(timedelta(seconds=4))
    await scene.report(ids[6:360], Status.DELIVERED)
    await scene.report(ids[6:130], Status.READ)
    await asyncio.sleep(0.6)
    sent += await scene.send(319)
    ids = [one.message_id for one in sent]
    scene.app.clock.move(timedelta(seconds=4))
    await scene.report(ids[6:710], Status.SENT)
    await scene.report(ids[6:650], Status.DELIVERED)
    await scene.report(ids[6:247], Status.READ)


async def shoot(demo: Path, mode: Mode, percent: int, rtl: bool, tag: str) -> None:
    app = application()
    app.setLayoutDirection(Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight)
    theme = Theme(mode, percent, motion=False)
    theme.apply(app)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        shutil.copy(demo, path)
        async with open_scene(theme, path) as scene:
            scene.window.resize(1440, 900)
            layout = scene.window.layout()
            assert layout is not None
            layout.insertWidget(0, rail(theme))  # type: ignore[attr-defined]
            layout.setSpacing(0)
            await story(scene, tag)
            scene.window.close()


def main() -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    looks: dict[str, tuple[Mode, int, bool]] = {
        "": ("light", 100, False), "-dark": ("dark", 100, False), "-130": ("light", 130, False),
        "-rtl": ("dark", 130, True),
    }  # fmt: skip
    wanted = sys.argv[1:] or list(looks)
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder) / "demo.db"
        asyncio.run(fill_store(demo))
        for tag in wanted:
            mode, percent, rtl = looks[tag]
            with asyncio.Runner(loop_factory=loop_factory(application())) as runner:
                runner.run(shoot(demo, mode, percent, rtl, tag))


if __name__ == "__main__":
    main()
