"""The door: who comes in, who goes out, and that the program goes on behind it."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from desktop.domain.activity import Deed
from desktop.domain.changes import Changes, Topic
from desktop.domain.people import Role, User
from desktop.options import Options
from desktop.root import open_app
from desktop.services.accounts import Accounts
from desktop.services.demo import Demo
from desktop.services.workspace import Workspace
from desktop.store.opening import open_store
from desktop.system.clock import SystemClock
from desktop.system.paths import Paths
from desktop.ui.parts.label import Label
from desktop.ui.run import _session
from desktop.ui.settings.page import SettingsPage
from desktop.ui.shell.personmenu import PersonMenu
from desktop.ui.shell.signin import CAPS_LOCK, SignInScreen
from desktop.ui.theme import Theme
from desktop.ui.window import MainWindow
from tests.looks.stage import Stage, staged, until

PASSWORD, OTHER = "harbour lantern nine", "orchard under the snow"
W = TypeVar("W", bound=QWidget)


def shown(kind: type[W]) -> W | None:
    found = (one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible())
    return next(found, None)


async def appears(kind: type[W]) -> W:
    await until(lambda: shown(kind) is not None, f"a {kind.__name__}")
    found = shown(kind)
    assert found is not None
    return found


@dataclass(slots=True)
class House:
    """A store in which people sign in, and the program that runs on it."""

    home: Path
    options: Options
    people: list[User]
    session: "asyncio.Future[int]"

    async def come_in(self, name: str, password: str) -> MainWindow:
        screen = await appears(SignInScreen)
        screen.name.setText(name)
        screen.password.setText(password)
        QTest.keyClick(screen.password, Qt.Key.Key_Return)
        return await appears(MainWindow)

    async def ended(self) -> int:
        return await asyncio.wait_for(self.session, 20)

    async def deeds(self) -> list[Deed]:
        """What was done since, oldest first; once the program has ended."""
        opened = await asyncio.to_thread(open_store, self.options.store, SystemClock(), "test")
        try:
            lines = await Accounts(opened.store).activity(self.people[0])
        finally:
            await asyncio.to_thread(opened.store.close)
        return [line.deed for line in reversed(lines)]


@asynccontextmanager
async def house(home: Path, theme: Theme) -> AsyncIterator[House]:
    options = Options(str(home / "assent.db"), Paths(home))
    async with open_app(options) as app:
        await Demo(app.store).add_people()
        meera, arun, lina = await app.workspace.people()
        await app.accounts.set_password(meera.id, PASSWORD, meera, sign_in_name="meera")
        await app.accounts.set_password(lina.id, OTHER, meera, sign_in_name="lina")
        wanted = replace(await app.workspace.settings(), sign_in=True)
        await app.workspace.change_settings(wanted, meera)
    made = House(home, options, [meera, arun, lina], asyncio.ensure_future(_session(options, theme)))
    try:
        yield made
    finally:
        for one in (shown(SignInScreen), shown(MainWindow)):
            if one is not None and not made.session.done():
                one.close()
        await made.ended()


@pytest.mark.slow
async def test_somebody_signs_in_out_and_somebody_else_in(tmp_path: Path, theme: Theme) -> None:
    async with house(tmp_path, theme) as at:
        window = await at.come_in("meera", PASSWORD)
        assert shown(SignInScreen) is None
        assert window.desk.user() == at.people[0]
        app = window.desk.app
        window.show_person_menu()
        menu = window.findChild(PersonMenu, "person_menu")
        assert menu is not None
        names = [entry.objectName() for entry in menu.actions()]
        assert "person_menu_sign_out" in names
        assert not [name for name in names if name.startswith("person_menu_user_")], (
            "nobody is one click away"
        )
        next(entry for entry in menu.actions() if entry.objectName() == "person_menu_sign_out").trigger()
        menu.close()
        screen = await appears(SignInScreen)
        assert shown(MainWindow) is None
        assert screen.name.text() == "meera", "who was here last"
        assert app.engine_status().state.value != "stopped", "the engine goes on"
        window = await at.come_in("lina", OTHER)
        assert window.desk.user().role is Role.AGENT
        assert window.desk.app is app
        window.close()
        assert await at.ended() == 0
        wanted = [Deed.SIGNED_IN, Deed.SIGNED_OUT, Deed.SIGNED_IN]
        assert [deed for deed in await at.deeds() if "sign" in deed.value] == wanted
        kept = json.loads((tmp_path / "machine.json").read_text(encoding="utf-8"))
        assert (kept["sign_in_name"], kept["user_id"]) == ("lina", at.people[2].id)
        assert OTHER not in (tmp_path / "machine.json").read_text(encoding="utf-8")


async def test_a_wrong_password_is_typed_again(tmp_path: Path, theme: Theme) -> None:
    async with house(tmp_path, theme) as at:
        screen = await appears(SignInScreen)
        screen.name.setText("meera")
        QTest.keyClick(screen.name, Qt.Key.Key_Return)
        assert screen.focusWidget() is screen.password, "a name without a password goes on to it"
        screen.password.setText("harbour lantern ten")
        QTest.mouseClick(screen.button, Qt.MouseButton.LeftButton)
        assert not screen.button.isEnabled(), "while it is compared"
        await until(screen.button.isEnabled, "the answer")
        assert (
            screen.password_row.note.text() == "The name or the password is wrong, or the account is closed."
        )
        assert screen.password.text() == ""
        assert screen.focusWidget() is screen.password
        QTest.keyClicks(screen.password, "h")
        assert screen.password_row.note.text() == ""
        window = await at.come_in("MEERA", PASSWORD)
        window.close()
        assert await at.ended() == 0


async def test_the_program_ends_at_the_door(tmp_path: Path, theme: Theme) -> None:
    async with house(tmp_path, theme) as at:
        (await appears(SignInScreen)).close()
        assert await at.ended() == 0
        assert shown(SignInScreen) is None


async def test_the_system_can_end_the_program_at_the_door(tmp_path: Path, theme: Theme) -> None:
    async with house(tmp_path, theme) as at:
        await appears(SignInScreen)
        os.kill(os.getpid(), signal.SIGTERM)
        assert await at.ended() == 0


@pytest.mark.slow
async def test_whose_account_is_closed_is_put_out_with_a_sentence(tmp_path: Path, theme: Theme) -> None:
    async with house(tmp_path, theme) as at:
        window = await at.come_in("lina", OTHER)
        await window.desk.app.accounts.deactivate(at.people[2].id, at.people[0])
        screen = await appears(SignInScreen)
        said = "The account of Lina Haddad was closed. Ask an admin to open it again."
        assert screen.notice.isVisible()
        assert screen.notice.text.text() == said
        screen.name.setText("lina")
        screen.password.setText(OTHER)
        screen.button.click()
        await until(lambda: bool(screen.password_row.note.text()), "the refusal")
        screen.close()
        assert await at.ended() == 0


@pytest.mark.slow
async def test_a_password_set_by_an_admin_elsewhere_ends_the_window(tmp_path: Path, theme: Theme) -> None:
    async with house(tmp_path, theme) as at:
        window = await at.come_in("lina", OTHER)
        app, (meera, _, lina) = window.desk.app, at.people
        third = "a lamp on the third pier"
        await app.accounts.set_password(lina.id, third, lina, present_password=OTHER)
        await settled(window)
        assert not window.leaving.is_left, "one's own new password"
        await Accounts(app.store).set_password(lina.id, PASSWORD, meera)
        screen = await appears(SignInScreen)
        assert screen.notice.text.text() == (
            "The password of Lina Haddad was renewed. Please sign in with the new one."
        )
        window = await at.come_in("lina", PASSWORD)
        await Accounts(app.store).set_password(meera.id, OTHER, meera, present_password=PASSWORD)
        await settled(window)
        assert not window.leaving.is_left, "somebody else's new password"
        window.close()
        assert await at.ended() == 0


@asynccontextmanager
async def open_house(home: Path, theme: Theme) -> AsyncIterator[MainWindow]:
    """The sandbox, where Meera sits without having signed in; she could."""
    session = asyncio.ensure_future(_session(Options(str(home / "assent.db"), Paths(home), demo=True), theme))
    try:
        window = await appears(MainWindow)
        meera = window.desk.user()
        await window.desk.app.accounts.set_password(meera.id, PASSWORD, meera, sign_in_name="meera")
        yield window
    finally:
        for one in (shown(SignInScreen), shown(MainWindow)):
            if one is not None and not session.done():
                one.close()
        assert await asyncio.wait_for(session, 20) == 0


async def settled(window: MainWindow) -> None:
    """Return when the window has heard of what was written so far, and has done what follows."""
    heard: list[Changes] = []
    forget = window.desk.app.feed.subscribe(heard.append)
    await window.desk.app.store.write(lambda tx: tx.touch(Topic.WEBHOOK))
    await until(lambda: any(one.has(Topic.WEBHOOK) for one in heard), "the feed")
    forget()
    await until(lambda: window.tasks.running_count == 0, "the window to settle")


async def turn_on(workspace: Workspace, user: User) -> None:
    await workspace.change_settings(replace(await workspace.settings(), sign_in=True), user)


async def test_turning_signing_in_on_elsewhere_puts_out_who_has_not_signed_in(
    tmp_path: Path, theme: Theme
) -> None:
    async with open_house(tmp_path, theme) as window:
        app, meera = window.desk.app, window.desk.user()
        window.places.open_contact(1)
        await settled(window)
        text = window.findChild(QWidget, "compose_text")
        assert text is not None
        QTest.keyClicks(text, "Half a sente")
        await turn_on(Workspace(app.store), meera)
        screen = await appears(SignInScreen)
        assert shown(MainWindow) is None
        assert screen.notice.text.text() == "Signing in is on now. Please sign in."
        opened = await app.conversations.open(1, meera)
        assert "Half a sente" in json.dumps(opened.draft)
        assert not [one for one in await app.accounts.activity(meera) if one.deed is Deed.SIGNED_OUT]


@pytest.mark.slow
async def test_who_turns_signing_in_on_in_this_window_stays(tmp_path: Path, theme: Theme) -> None:
    async with open_house(tmp_path, theme) as window:
        app, meera = window.desk.app, window.desk.user()
        await turn_on(app.workspace, meera)
        await settled(window)
        assert not window.leaving.is_left
        window.switch_user((await app.workspace.people())[2])
        await settled(window)
        assert window.desk.user() == meera, "nobody is one click away any more"
        await Accounts(app.store).set_password(meera.id, OTHER, meera, present_password=PASSWORD)
        assert "was renewed" in (await appears(SignInScreen)).notice.text.text()


async def test_a_switch_of_chairs_ends_what_was_proved(tmp_path: Path, theme: Theme) -> None:
    async with open_house(tmp_path, theme) as window:
        app, meera = window.desk.app, window.desk.user()
        await turn_on(app.workspace, meera)
        off = replace(await app.workspace.settings(), sign_in=False)
        await app.workspace.change_settings(off, meera)
        await settled(window)
        lina = (await app.workspace.people())[2]
        for one in (lina, meera):
            window.switch_user(one)
            await until(lambda one=one: window.desk.user() == one, "the other one to sit here")  # type: ignore[misc]
        await turn_on(Workspace(app.store), meera)
        assert (await appears(SignInScreen)).notice.isVisible()


@pytest.mark.slow
async def test_a_draft_of_a_closed_account_does_not_hold_the_window_up(
    tmp_path: Path, theme: Theme, caplog: pytest.LogCaptureFixture
) -> None:
    async with house(tmp_path, theme) as at:
        window = await at.come_in("lina", OTHER)
        window.places.open_contact(
            await window.desk.app.contacts.add("Kim Lee", "+16045550142", "CA", at.people[0])
        )
        await settled(window)
        text = window.findChild(QWidget, "compose_text")
        assert text is not None
        QTest.keyClicks(text, "Half a sente")
        await window.desk.app.accounts.deactivate(at.people[2].id, at.people[0])
        assert "was closed" in (await appears(SignInScreen)).notice.text.text()
        assert "a draft was not kept: Not allowed" in caplog.text


@staged
@pytest.mark.slow
async def test_a_role_that_is_taken_counts_though_the_broadcast_cannot_be_kept(stage: Stage) -> None:
    await stage.sit_down("Arun Das")
    arun = stage.window.desk.user()
    stage.window.places.new_broadcast()
    await stage.quiet()
    name = stage.find(QLineEdit, "wizard_name")
    name.setFocus()
    QTest.keyClicks(name, "Winter")
    meera = (await stage.app.workspace.people())[0]
    await stage.app.accounts.set_role(arun.id, Role.AGENT, meera)
    await until(lambda: stage.window.desk.user().role is Role.AGENT, "the window to follow")
    await stage.quiet()


@staged
@pytest.mark.slow
async def test_a_draft_is_kept_by_signing_out(stage: Stage) -> None:
    """Signing out settles the pages as closing does."""
    await stage.app.accounts.set_password(
        stage.window.desk.user().id, PASSWORD, stage.window.desk.user(), sign_in_name="meera"
    )
    stage.window.places.open_contact(1)
    await stage.quiet()
    await stage.type_into("compose_text", "Half a sente")
    stage.window.sign_out()
    assert stage.window.leaving.out
    await asyncio.wait_for(stage.window.closed(), 5)
    await stage.window.leave()
    opened = await stage.app.conversations.open(1, stage.window.desk.user())
    assert opened.draft is not None
    assert "Half a sente" in json.dumps(opened.draft)


@staged
@pytest.mark.slow
async def test_signing_out_asks_about_settings_that_are_not_saved(stage: Stage) -> None:
    page = stage.window.go("settings")
    assert isinstance(page, SettingsPage)
    await stage.quiet()
    page.pace.number.setValue(33)
    for answer in ("keep", "do"):
        stage.window.sign_out()
        await stage.seen(f"confirm-{answer}")
        assert stage.find(Label, "confirm-title").text() == "Sign out without saving?"
        assert not stage.window.leaving.is_left
        QTest.mouseClick(stage.find(QWidget, f"confirm-{answer}"), Qt.MouseButton.LeftButton)
        await stage.quiet()
    assert stage.window.leaving.is_left
    assert stage.window.leaving.out


def press(widget: QWidget, letter: str, modifier: Qt.KeyboardModifier) -> None:
    QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyPress, 0, modifier, letter))


@pytest.mark.parametrize(
    ("letter", "modifier", "on"),
    [
        ("A", Qt.KeyboardModifier.NoModifier, True),
        ("a", Qt.KeyboardModifier.NoModifier, False),
        ("A", Qt.KeyboardModifier.ShiftModifier, False),
        ("7", Qt.KeyboardModifier.NoModifier, False),
    ],
)
async def test_caps_lock_is_told(
    theme: Theme, app: QApplication, letter: str, modifier: Qt.KeyboardModifier, on: bool
) -> None:
    screen = SignInScreen(theme, "Your Shop", is_sandbox=False, sign_in_name="meera")
    screen.show()
    press(screen.password, letter, modifier)
    assert (screen.password_row.note.text() == CAPS_LOCK) is on
    press(screen.password, "b", Qt.KeyboardModifier.NoModifier)
    assert screen.password_row.note.text() == ""
    assert screen.windowTitle() == "Sign in — Assent"


async def test_without_signing_in_the_window_opens_at_once(tmp_path: Path, theme: Theme) -> None:
    options = Options(str(tmp_path / "assent.db"), Paths(tmp_path), demo=True)
    session = asyncio.ensure_future(_session(options, theme))
    window = await appears(MainWindow)
    assert shown(SignInScreen) is None
    window.show_person_menu()
    menu = window.findChild(PersonMenu, "person_menu")
    assert menu is not None
    names = [entry.objectName() for entry in menu.actions()]
    assert sum(name.startswith("person_menu_user_") for name in names) == 3
    assert "person_menu_sign_out" not in names
    menu.close()
    window.close()
    assert await asyncio.wait_for(session, 20) == 0
