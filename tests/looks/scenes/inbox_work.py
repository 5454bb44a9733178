"""What is done about conversations: reminders, who gets them, notices, what waits at the bell, and their settings."""

from datetime import timedelta

from PySide6.QtWidgets import QMenu, QWidget

from desktop.domain.people import Role
from desktop.store import conversations, notes, people
from desktop.store.engine import Tx
from desktop.ui.settings.page import SettingsPage
from tests.looks.scenes.conversations import opened
from tests.looks.stage import Stage, until

COLLEAGUES = ("Ada Byron", "Bo Chen", "Carla Dias", "Dev Anand", "Elif Kaya", "Femi Ojo")


async def reminder(stage: Stage) -> None:
    """A reminder to come, under the head."""
    page = await opened(stage, "Arjun")
    contact_id = page.area.contact_id or 0
    at = stage.app.clock.now() + timedelta(hours=22, minutes=14)
    await stage.app.reminders.put(contact_id, at, stage.window.desk.user())
    await stage.seen("thread_reminder")
    await stage.quiet()
    stage.window.toasts.clear()


async def reminder_due(stage: Stage) -> None:
    """Its time has come: a notice, the strip, the bell."""
    await reminder(stage)
    await stage.app.move_clock(timedelta(hours=23))
    stage.window.notifications.look()
    await until(lambda: stage.window.toasts.shown, "the notice")
    await opened(stage, "Arjun")
    await stage.quiet()


async def reminder_dialog(stage: Stage) -> None:
    page = await opened(stage, "Arjun")
    page.area.header.time_requested.emit()
    await stage.seen("reminder_do")


async def reminder_menu(stage: Stage) -> QWidget:
    await reminder(stage)
    page = await opened(stage, "Arjun")
    page.area.header.open_reminders()
    return _menu(stage, "thread_reminder_menu")


async def assign_menu(stage: Stage) -> QWidget:
    """With so many colleagues that one searches among them."""
    page = await opened(stage, "Arjun")
    await stage.app.store.write(lambda tx: people.add(tx, [(name, Role.AGENT) for name in COLLEAGUES]))
    await opened(stage, "Arjun")
    await until(lambda: len(page.area.work.people) > len(COLLEAGUES), "the colleagues")
    page.area.header.open_assign()
    return _menu(stage, "thread_assign_menu")


async def _waiting(stage: Stage) -> None:
    me, app = stage.window.desk.user(), stage.app
    page = await opened(stage, "Arjun")
    arjun = page.area.contact_id or 0
    tunde = (await opened(stage, "Tunde")).area.contact_id or 0
    sofia = (await opened(stage, "Sofia")).area.contact_id or 0
    other = next(one for one in await app.workspace.people() if one.id != me.id)
    now = app.clock.now()
    await app.reminders.put(sofia, now + timedelta(minutes=30), me)
    await app.reminders.put(arjun, now + timedelta(days=2), me)
    await app.move_clock(timedelta(minutes=31))

    def write(tx: Tx) -> None:
        text = f"@{me.name} he called twice about the parcel. Can you ring him back before four?"
        notes.add(tx, tunde, other.id, text, [me.id])
        notes.add(tx, arjun, other.id, f"@{me.name} the blue one is back.", [me.id])

    await app.store.write(write)
    stage.window.notifications.look()
    await until(lambda: stage.window.notifications.last is not None, "what is told")
    await stage.quiet()
    await opened(stage, "Sofia")
    stage.window.toasts.clear()


async def for_you(stage: Stage) -> None:
    await _waiting(stage)
    await stage.click("rail-for_you")
    await stage.seen("for_you_list")


async def for_you_empty(stage: Stage) -> None:
    await opened(stage, "Arjun")
    await stage.click("rail-for_you")
    await stage.seen("for_you_nothing")


async def notice(stage: Stage) -> None:
    """A customer writes while another conversation is open."""
    page = await opened(stage, "Tunde")
    tunde = page.area.contact_id
    await opened(stage, "Arjun")
    window = stage.window
    window.activateWindow()
    await until(window.isActiveWindow, "the window in front")

    def write(tx: Tx) -> None:
        assert tunde is not None
        conversations.add_inbound(
            tx, tunde, wamid="", kind="text", text="Is anybody there?", content={}, context_wamid=""
        )

    await stage.app.store.write(write)
    await until(lambda: window.toasts.shown, "the notice")
    await stage.quiet()


async def settings(stage: Stage) -> None:
    """With quiet hours on, so that they can be seen."""
    page = stage.window.go("settings")
    assert isinstance(page, SettingsPage)
    page.open_section("notifications")
    await stage.quiet()
    await stage.click("setting_quiet")


def _menu(stage: Stage, name: str) -> QMenu:
    return next(one for one in stage.window.findChildren(QMenu, name) if one.isVisible())
