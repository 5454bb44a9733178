"""Each role in front of the window: what it may not do is disabled and says why. The services refuse, too."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QWidget

from desktop.domain.people import Right, Role
from desktop.ui.parts.label import Label
from desktop.ui.settings.page import SettingsPage
from desktop.ui.theme import Theme
from tests.journeys.broadcasting import to_audience, to_review
from tests.journeys.journey import options, sitting, until
from tests.looks.stage import Stage, open_stage
from tests.ui.contacts.hands import click, contacts, sit


@dataclass(frozen=True, slots=True)
class Control:
    """A control by its objectName, and the right that opens it."""

    name: str
    right: Right


TABLE = (
    Control("contacts_import", Right.IMPORT),
    Control("contacts_export", Right.EXPORT),
    Control("contacts_new", Right.EDIT_CONTACTS),
)
SELECTION = (
    Control("selection_add_tag", Right.CHANGE_MANY),
    Control("selection_opt_in", Right.CHANGE_MANY),
    Control("selection_export", Right.EXPORT),
)
SETTINGS = (
    Control("people_add", Right.PEOPLE),
    Control("people_sign_in", Right.SETTINGS),
    Control("consent_strict", Right.SETTINGS),
    Control("consent_bots_ask", Right.SETTINGS),
    Control("consent_launch_agent", Right.SETTINGS),
    Control("pace_per_s", Right.SETTINGS),
    Control("whatsapp_token", Right.SETTINGS),
    Control("sandbox_start_over", Right.START_OVER),
)
MAY = {
    Role.AGENT: {Right.EDIT_CONTACTS},
    Role.SUPERVISOR: {Right.EDIT_CONTACTS, Right.IMPORT, Right.EXPORT, Right.CHANGE_MANY, Right.START_OVER},
    Role.ADMIN: {one.right for one in (*TABLE, *SELECTION, *SETTINGS)},
}
"""Written down once more, and not read from where the program reads it."""


def check(stage: Stage, role: Role, controls: tuple[Control, ...]) -> None:
    user = stage.window.desk.user()
    for one in controls:
        widget = stage.find(QWidget, one.name)
        allowed = one.right in MAY[role]
        assert widget.isEnabled() is allowed, f"{role}: {one.name}"
        if isinstance(widget, QAbstractButton) and not allowed and widget.toolTip():
            assert widget.toolTip().startswith(
                f"{user.name} ({role.value.title()}) may not {one.right.value}"
            )


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.sampled(1)
async def test_a_role_finds_open_what_it_may(tmp_path: Path, theme: Theme, role: Role) -> None:
    async with open_stage(tmp_path, theme) as stage:
        await sit(stage, role)
        page = await contacts(stage)
        check(stage, role, TABLE)
        click(page, 0, column=0)
        page.everyone.view.bar.all_requested.emit()
        await stage.quiet()
        assert stage.sees("selection_bar")
        check(stage, role, SELECTION)
        settings = stage.window.go("settings")
        assert isinstance(settings, SettingsPage)
        await stage.quiet()
        check(stage, role, SETTINGS)
        _check_people(stage, role)
        settings.open_section("activity")
        await stage.quiet()
        assert stage.sees("activity_refused") is (role is Role.AGENT)


def _check_people(stage: Stage, role: Role) -> None:
    me = stage.window.desk.user().id
    for other in (1, 2, 3):
        assert stage.find(QComboBox, f"person_{other}_role").isEnabled() is (role is Role.ADMIN)
        password = stage.find(QWidget, f"person_{other}_password")
        assert password.isEnabled() is (role is Role.ADMIN or other == me)
    note = stage.find(Label, "people_note").text()
    assert (note == "") is (role is Role.ADMIN)


async def test_who_launches_a_broadcast(tmp_path: Path, theme: Theme) -> None:
    """The same button for three people: it leads on, or says who may."""
    async with sitting(options(tmp_path), theme) as trip:
        await trip.choose_person("Lina Haddad")
        trip.window.go("broadcasts")
        button = await trip.appears("broadcasts_new")
        await until(lambda: not button.isEnabled(), "the refusal")
        said = "Lina Haddad (Agent) may not launch and stop broadcasts. Ask a supervisor or an admin."
        assert button.toolTip() == said
        for name in ("Arun Das", "Meera Rao"):
            await trip.choose_person(name)
            await to_audience(trip)
            await to_review(trip)
            assert trip.can("wizard_next"), name
