"""People: the list, adding one, who did what, and the door."""

import contextlib
from dataclasses import replace
from datetime import timedelta

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QScrollArea, QWidget

from desktop.domain.consent import OptIn
from desktop.domain.people import Role, User
from desktop.domain.problems import Problem
from desktop.ui.parts.label import Label
from desktop.ui.settings.page import SettingsPage
from desktop.ui.shell.signin import SignIn
from tests.looks.stage import Stage, until

PASSWORD = "harbour lantern nine"


async def _section(stage: Stage, key: str) -> SettingsPage:
    page = stage.window.go("settings")
    assert isinstance(page, SettingsPage)
    page.open_section(key)
    await stage.quiet()
    return page


async def _staffed(stage: Stage) -> User:
    """The demo's people have passwords, two more work here, one of them no longer."""
    accounts = stage.app.accounts
    meera, arun, _ = await stage.app.workspace.people()
    await accounts.set_password(meera.id, PASSWORD, meera, sign_in_name="meera@your-shop.example")
    await accounts.sign_in("meera@your-shop.example", PASSWORD)
    await accounts.set_password(arun.id, PASSWORD, meera, sign_in_name="arun@your-shop.example")
    left = await accounts.add("Jo Tremblay", Role.AGENT, "jo@your-shop.example", PASSWORD, meera)
    await accounts.deactivate(left, meera)
    await stage.quiet()
    return meera


async def people(stage: Stage) -> None:
    await _staffed(stage)
    await _section(stage, "people")


async def people_below(stage: Stage) -> None:
    await _staffed(stage)
    await _section(stage, "people")
    await stage.click("people_sign_in")
    bar = stage.find(QScrollArea, "settings_people").verticalScrollBar()
    bar.setValue(bar.maximum())
    await stage.quiet()


async def people_agent(stage: Stage) -> None:
    await _staffed(stage)
    await stage.sit_down("Lina Haddad")
    await _section(stage, "people")


async def add_person(stage: Stage) -> None:
    await _staffed(stage)
    await _section(stage, "people")
    stage.find(QPushButton, "people_add").click()
    await stage.seen("person_add")
    stage.find(QLineEdit, "person_name").setText("Noémie Tremblay")
    stage.find(QLineEdit, "person_sign_in_name").setText("meera@your-shop.example")
    stage.find(QLineEdit, "person_password_entry").setText(PASSWORD)
    stage.find(QComboBox, "person_role").setCurrentIndex(1)
    await stage.click("person_add_do")
    await until(lambda: "signs in with this name" in _note(stage, "sign_in_name"), "what is wrong")


def _note(stage: Stage, field: str) -> str:
    return stage.find(Label, f"row_person_{field}-note").text()


async def own_password(stage: Stage) -> None:
    await _staffed(stage)
    await _section(stage, "people")
    id = stage.window.desk.user().id
    await stage.click(f"person_{id}_password")
    await stage.seen("password")


async def activity(stage: Stage) -> None:
    meera = await _staffed(stage)
    people_here = await stage.app.workspace.people()
    kept = await stage.app.workspace.settings()
    await stage.app.workspace.change_settings(replace(kept, strict=True, pace_per_s=40), meera)
    stage.app.clock.move(timedelta(minutes=26))
    await stage.app.contacts.set_opt_in(2, OptIn.NO, people_here[2])
    await stage.app.contacts.set_opt_in(2, OptIn.YES, people_here[2], "Asked for offers again on the phone")
    for _ in range(2):
        with contextlib.suppress(Problem):
            await stage.app.accounts.sign_in("arun@your-shop.example", "no idea at all")
    await stage.app.accounts.set_role(people_here[2].id, Role.SUPERVISOR, meera)
    await _section(stage, "activity")


async def activity_agent(stage: Stage) -> None:
    await stage.sit_down("Lina Haddad")
    await _section(stage, "activity")


async def menu(stage: Stage) -> None:
    """With signing in on: no switching, but a way out."""
    meera = await _staffed(stage)
    kept = await stage.app.workspace.settings()
    await stage.app.workspace.change_settings(replace(kept, sign_in=True), meera)
    await stage.quiet()
    await stage.click("rail-person")


def _door(stage: Stage, notice: str = "") -> SignIn:
    door = SignIn(stage.app, stage.theme, "Your Shop", notice)
    door.screen.setParent(stage.window, Qt.WindowType.Window)  # it goes with the stage
    door.screen.resize(1440, 900)
    door.screen.show()
    return door


async def sign_in(stage: Stage) -> QWidget:
    return _door(stage).screen


async def sign_in_wrong(stage: Stage) -> QWidget:
    await _staffed(stage)
    door = _door(stage)
    door.screen.name.setText("meera@your-shop.example")
    door.screen.password.setText("harbour lantern ten")
    door.screen.button.click()
    await until(lambda: bool(door.screen.password_row.note.text()), "the refusal")
    await until(lambda: door.screen.button.isEnabled(), "another try")
    return door.screen


async def sign_in_again(stage: Stage) -> QWidget:
    """After one's account was closed, with Caps Lock on."""
    screen = _door(stage, "The account of Jo Tremblay was closed. Ask an admin to open it again.").screen
    screen.password.setFocus()
    for letter in "HARB":
        press = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, letter)
        QApplication.sendEvent(screen.password, press)
    return screen
